//! One round of a start: which format takes the file, and who is started next. `search_binary_handler` in Linux's
//! `fs/exec.c`.

use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::loaders::Loaders;
use super::open::may_execute;
use super::program::{self, Program};
use super::refusal::{Reason, Refusal, Role, Stop};
use super::rules::{Rule, rules};
use super::script::{HEAD_SIZE, Line};
use crate::file_kind;

/// How often an interpreter may be a script itself: the loop of `exec_binprm`.
pub const MOST_INTERPRETERS: usize = 5;

/// What the kernel goes on with.
#[derive(Debug)]
pub enum Next {
    /// It starts the file itself.
    Program(Program),
    /// A script: it starts the interpreter that this line names.
    Script(Line),
    /// It starts the interpreter of a rule of binfmt_misc.
    Rule(Rule),
}

impl Next {
    /// The interpreter, if one is started, and what has named it. None if it was opened long ago.
    #[must_use]
    pub fn interpreter(&self) -> Option<(PathBuf, Role)> {
        match self {
            Self::Program(_) => None,
            Self::Script(line) => Some((line.interpreter.clone().into(), Role::Interpreter)),
            Self::Rule(rule) => (!rule.is_fixed).then(|| (rule.interpreter.clone(), Role::OfRule)),
        }
    }

    /// A file whose path is the interpreter's name and the argument, with the blank between them.
    fn beyond_blank(&self) -> Option<PathBuf> {
        let Self::Script(line) = self else {
            return None;
        };
        let mut whole = line.interpreter.clone();
        whole.push(" ");
        whole.push(line.argument.as_ref()?);
        Some(PathBuf::from(whole)).filter(|it| it.is_file())
    }
}

/// What the kernel makes of the file at `path`, after as many interpreters as `depth` says.
///
/// # Errors
/// It does not start it, or that cannot be told.
pub fn step(path: &Path, depth: usize, loaders: &Loaders) -> Result<Next, Stop> {
    may_execute(path).map_err(|it| Stop::Refused(Refusal::of_program(path, it)))?;
    step_of_executable(path, depth, loaders)
}

/// The same, as if everybody might execute the file.
///
/// # Errors
/// As [`step`].
pub fn step_of_executable(path: &Path, depth: usize, loaders: &Loaders) -> Result<Next, Stop> {
    let refused = |reason| Stop::Refused(Refusal::of_program(path, reason));
    let file = open(path).map_err(Stop::Unreadable)?;
    let (head, length) = head(&file).map_err(Stop::Unreadable)?;
    let next = match format(path, &file, &head, length, loaders)? {
        Next::Program(program) => return Ok(Next::Program(program)),
        next => next,
    };
    if let Some((interpreter, role)) = next.interpreter() {
        let whole = next.beyond_blank();
        may_execute(&interpreter).map_err(|reason| {
            let reason = match (reason, whole) {
                (Reason::NotThere, Some(whole)) => Reason::CutAtBlank(whole),
                (reason, _) => reason,
            };
            Stop::Refused(Refusal::new(&interpreter, role, reason))
        })?;
    }
    if depth >= MOST_INTERPRETERS {
        return Err(refused(Reason::TooManyScripts));
    }
    Ok(next)
}

/// Who takes the file: binfmt_misc comes first, for it registers itself in front of the others.
fn format(
    path: &Path,
    file: &File,
    head: &[u8; HEAD_SIZE],
    length: usize,
    loaders: &Loaders,
) -> Result<Next, Stop> {
    static RULES: OnceLock<Vec<Rule>> = OnceLock::new();
    let mut known = RULES.get_or_init(rules).iter();
    if let Some(rule) = known.find(|it| it.is_for(path, head)) {
        return Ok(Next::Rule(rule.clone()));
    }
    let refused = |reason| Stop::Refused(Refusal::of_program(path, reason));
    if let Some(line) = Line::parse(head) {
        return line.map(Next::Script).map_err(refused);
    }
    if program::is_elf(head) {
        return program::load(path, file, head, loaders).map(Next::Program);
    }
    Err(refused(match &head[..length] {
        [] => Reason::Empty,
        [0xef, 0xbb, 0xbf, b'#', b'!', ..] => Reason::ByteOrderMark,
        bytes => match (file_kind::of(bytes), file_kind::link_text(path, bytes)) {
            (Some(data), _) => Reason::Data(data),
            (None, Some(target)) => Reason::LinkText(target),
            (None, None) => Reason::NoFormat,
        },
    }))
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    // The path may be another file's by now, and to open a pipe would wait.
    options.read(true).custom_flags(nix::libc::O_NONBLOCK);
    options.open(path)
}

/// The first bytes, zeros behind the file's end, and how many the file has of them.
fn head(file: &File) -> io::Result<([u8; HEAD_SIZE], usize)> {
    let mut head = [0; HEAD_SIZE];
    let mut length = 0;
    while length < HEAD_SIZE {
        match file.read_at(&mut head[length..], length as u64)? {
            0 => break,
            more => length += more,
        }
    }
    Ok((head, length))
}
