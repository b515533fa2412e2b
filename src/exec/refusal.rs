//! Why a file would not start.

use std::io;
use std::path::{Path, PathBuf};

use nix::errno::Errno;

use crate::file_kind::Data;

/// Why there is no start.
#[derive(Debug)]
pub enum Stop {
    /// The kernel would refuse it, or what it starts would end at once.
    Refused(Refusal),
    /// Nobody can tell: the kernel could read the file, and who asks cannot.
    Unreadable(io::Error),
}

/// A start that does not succeed: which file is the reason, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The file.
    pub object: PathBuf,
    /// What it has to do with the start.
    pub role: Role,
    /// What is wrong with it.
    pub reason: Reason,
}

/// What a file has to do with a start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It is what was to be started.
    Program,
    /// A script's first line names it.
    Interpreter,
    /// A rule of binfmt_misc names it.
    OfRule,
    /// A program's PT_INTERP names it.
    Loader,
    /// The program needs it as a library.
    Library,
    /// `env`, which a script's first line names, was to start it.
    ByEnv,
}

/// What is wrong with a file. Texts are the end of a sentence about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// There is no such file.
    NotThere,
    /// Its name is empty, which is the current folder's.
    NoName,
    /// It is a link to this path, where nothing is.
    LeadsNowhere(PathBuf),
    /// Its name ends with a carriage return, as lines end on Windows.
    CarriageReturn,
    /// Its name ends at a blank, behind which the path of this file goes on.
    CutAtBlank(PathBuf),
    /// Before its `#!` is a byte order mark.
    ByteOrderMark,
    /// What should be a folder of its path is none.
    NoFolder,
    /// Its path, or a name in it, is too long.
    TooLong,
    /// Links in its path lead in a circle.
    Circle,
    /// This folder may not be searched.
    Closed(PathBuf),
    /// It is no file, but this.
    NoFile(&'static str),
    /// It lies on a file system that is mounted with noexec: here, if that is known.
    NoExec(Option<PathBuf>),
    /// Its mode, these bits, does not let this user execute it.
    Mode(u32),
    /// The system refuses it otherwise.
    Other(Errno),
    /// It is an empty file.
    Empty,
    /// It is no program: text without `#!`, or data.
    NoFormat,
    /// It begins with `#!` and names no interpreter.
    NoInterpreter,
    /// Its first line is so long that the interpreter's name is cut off.
    LineCut,
    /// It is for another system, or something that belongs to a program and is none.
    Data(Data),
    /// It is the text of a link to this path.
    LinkText(PathBuf),
    /// It is an ELF file of a type that is no program: `e_type`.
    ElfType(u16),
    /// It has debugging information only, and no code.
    NoCode,
    /// It is for another machine.
    OtherMachine(String),
    /// It is no ELF file.
    NotElf,
    /// It is damaged: its ELF header or its program headers.
    Headers(&'static str),
    /// It does not name its loader rightly.
    LoaderName(&'static str, Errno),
    /// Each interpreter is a script itself, more often than the kernel goes along.
    TooManyScripts,
    /// It cannot be put into memory as its headers say.
    Unmappable(&'static str),
    /// The file ends before its segments do.
    CutOff,
    /// No code is where it should begin.
    NoEntry,
    /// `env` gets these words as one, and there is no program of that name.
    OneWord,
    /// `env` would start the script itself again, and so on.
    StartsItself,
    /// `env` does not know what its argument asks for.
    EnvUsage,
}

/// What comes of execve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It succeeds.
    Started,
    /// It fails with this.
    Failed(Errno),
    /// There is no way back any more when the kernel sees that it fails: it kills the process with SIGSEGV.
    Killed,
}

impl Refusal {
    /// What was to be started is the reason itself.
    #[must_use]
    pub fn of_program(object: &Path, reason: Reason) -> Self {
        Self::new(object, Role::Program, reason)
    }

    /// About a file in this role.
    #[must_use]
    pub fn new(object: &Path, role: Role, reason: Reason) -> Self {
        Self {
            object: object.to_owned(),
            role,
            reason,
        }
    }

    /// What comes of execve.
    #[must_use]
    pub fn end(&self) -> End {
        let is_loader = self.role == Role::Loader;
        End::Failed(match &self.reason {
            _ if [Role::ByEnv, Role::Library].contains(&self.role) => return End::Started,
            Reason::CutOff | Reason::NoEntry => return End::Started,
            Reason::OneWord | Reason::StartsItself | Reason::EnvUsage => return End::Started,
            Reason::Unmappable(_) => return End::Killed,
            // Its type is looked at when it is mapped.
            Reason::ElfType(_) if is_loader => return End::Killed,
            Reason::NotThere
            | Reason::LeadsNowhere(_)
            | Reason::CarriageReturn
            | Reason::CutAtBlank(_) => Errno::ENOENT,
            Reason::NoFolder => Errno::ENOTDIR,
            Reason::TooLong => Errno::ENAMETOOLONG,
            Reason::Circle | Reason::TooManyScripts => Errno::ELOOP,
            Reason::NoName
            | Reason::Closed(_)
            | Reason::NoFile(_)
            | Reason::NoExec(_)
            | Reason::Mode(_) => Errno::EACCES,
            Reason::Other(errno) | Reason::LoaderName(_, errno) => *errno,
            Reason::Empty if is_loader => Errno::EIO,
            Reason::NotElf | Reason::OtherMachine(_) | Reason::Headers(_) if is_loader => {
                Errno::ELIBBAD
            }
            _ => Errno::ENOEXEC,
        })
    }

    /// A word for it that stays the same, for programs to read.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match &self.reason {
            Reason::NotThere | Reason::LeadsNowhere(_) | Reason::CarriageReturn
                if self.role != Role::Program =>
            {
                "no-interpreter"
            }
            Reason::OneWord | Reason::NoName | Reason::CutAtBlank(_) => "no-interpreter",
            Reason::NotThere | Reason::LeadsNowhere(_) | Reason::CarriageReturn => "not-there",
            Reason::NoFolder | Reason::TooLong | Reason::Circle => "no-path",
            Reason::Closed(_) => "folder-closed",
            Reason::NoFile(_) => "not-a-file",
            Reason::NoExec(_) => "noexec",
            Reason::Mode(_) => "not-executable",
            Reason::Other(_) => "not-opened",
            Reason::TooManyScripts => "too-many-scripts",
            Reason::StartsItself | Reason::EnvUsage => "env-misused",
            Reason::NoEntry => "no-entry",
            Reason::OtherMachine(_) if self.role != Role::Loader => "other-machine",
            _ if self.role == Role::Loader => "unusable-loader",
            Reason::Headers(_)
            | Reason::LoaderName(..)
            | Reason::Unmappable(_)
            | Reason::CutOff => "damaged",
            _ => "not-a-program",
        }
    }
}
