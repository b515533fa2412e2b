//! Refusals in words, and what to do.

use std::path::{Path, PathBuf};

use nix::errno::Errno;

use super::MOST_LINKS;
use super::program::{is_same, type_name};
use super::refusal::{Reason, Refusal, Role};
use crate::elf::Architecture;
use crate::printable::{line, shell_word};

impl Refusal {
    /// What is wrong, in words.
    #[must_use]
    pub fn text(&self) -> String {
        line(&self.text_as_named())
    }

    /// The same, with names as they are: files hold anything.
    fn text_as_named(&self) -> String {
        let path = self.object.display();
        let what = match self.role {
            Role::Program => return self.text_of_program(),
            Role::Interpreter => "the interpreter that the script's first line names",
            Role::OfRule => "the interpreter that a rule of binfmt_misc names",
            Role::Loader => "the loader that the program names",
            Role::ByEnv => "the program that env looks for",
            Role::Library => "a library that it needs",
        };
        match &self.reason {
            Reason::NotThere => format!("{path} is not there: {what}"),
            Reason::NoName => format!("{what} has an empty name"),
            Reason::LeadsNowhere(target) => format!(
                "{path} is not there: {what} is a link to {}, and nothing is at its end",
                target.display()
            ),
            Reason::CarriageReturn => format!(
                "{} is not there: the script's first line ends with a carriage return, as lines do on Windows, and that is taken \
                 for a part of the name",
                self.object.display().to_string().replace('\r', "\\r")
            ),
            Reason::CutAtBlank(whole) => format!(
                "{path} is not there: the interpreter's name ends at a blank, and so the script does not get {}",
                whole.display()
            ),
            Reason::OneWord => format!(
                "{path} is not there: env gets all that follows it in a script's first line as one word, the name of a program"
            ),
            Reason::StartsItself => format!(
                "env takes {path} for no program's name, and would start the script itself again, for ever"
            ),
            Reason::EnvUsage => format!("env does not know what {path} asks for"),
            _ => format!("{path}, {what}, {}", self.reason_text()),
        }
    }

    fn text_of_program(&self) -> String {
        match &self.reason {
            Reason::NotThere | Reason::CarriageReturn => "it is not there".into(),
            Reason::LeadsNowhere(target) => {
                format!("it is a link to {}, where nothing is", target.display())
            }
            Reason::TooManyScripts => "its interpreters are scripts, one for the other".into(),
            _ => format!("it {}", self.reason_text()),
        }
    }

    /// As the end of a sentence about the file.
    fn reason_text(&self) -> String {
        match &self.reason {
            Reason::NoFolder => "has a path in which what should be a folder is none".into(),
            Reason::TooLong => "has a path or a name that is too long".into(),
            Reason::Circle => "has a path whose links lead in a circle".into(),
            Reason::Closed(folder) => {
                format!("cannot be reached: {} may not be searched", folder.display())
            }
            Reason::NoFile(what) => format!("is {what}"),
            Reason::NoExec(Some(mount)) => format!(
                "is on a file system from which nothing may be executed: {} is mounted with noexec",
                mount.display()
            ),
            Reason::NoExec(None) => {
                "is on a file system that is mounted with noexec: nothing may be executed there".into()
            }
            Reason::Mode(mode) if mode & 0o111 == 0 => {
                format!("is not marked as executable (mode {mode:04o})")
            }
            Reason::Mode(mode) => format!("may not be executed by this user (mode {mode:04o})"),
            Reason::Other(errno) => format!("cannot be opened: {}", errno.desc()),
            Reason::Empty if self.role == Role::Loader => "is too short to be a loader".into(),
            Reason::Empty => "is an empty file, which the kernel does not start".into(),
            Reason::NoFormat => {
                "is no program that the kernel knows: it is neither an ELF file nor a script that begins with #!".into()
            }
            Reason::NoInterpreter => "begins with #!, and names no interpreter".into(),
            Reason::LineCut => {
                "has a first line that is too long: the kernel reads 256 bytes, and the interpreter's name does not end there"
                    .into()
            }
            Reason::ByteOrderMark => {
                "has a byte order mark before its #!, as editors on Windows write it, and so is no script".into()
            }
            Reason::Data(data) => format!("is {}", data.what),
            Reason::LinkText(target) => format!(
                "is the text of a link to {}, saved as a file",
                target.display()
            ),
            Reason::ElfType(elf_type) => format!("is {}", type_name(*elf_type)),
            Reason::NoCode => {
                "has debugging information only: the code is in the program that it belongs to".into()
            }
            Reason::OtherMachine(machine) => {
                format!("is for another machine, {machine}, than this kernel starts programs of")
            }
            Reason::NotElf => "is no ELF file, and so no loader".into(),
            Reason::Headers(what) | Reason::LoaderName(what, _) => format!("is damaged: {what}"),
            Reason::Unmappable(what) => format!("cannot be put into memory: {what}"),
            Reason::CutOff => "is cut off: its headers tell of more than the file has".into(),
            Reason::NoEntry => {
                "is no program: no code is where it should begin, as in libraries and in files with nothing but debugging \
                 information"
                    .into()
            }
            Reason::NotThere
            | Reason::NoName
            | Reason::LeadsNowhere(_)
            | Reason::CarriageReturn
            | Reason::CutAtBlank(_)
            | Reason::TooManyScripts
            | Reason::OneWord
            | Reason::StartsItself
            | Reason::EnvUsage => "is not there".into(),
        }
    }

    /// What to do about it, if there is something; `program` is what was to be started.
    #[must_use]
    pub fn advice(&self, program: &Path) -> Option<String> {
        let (object, program) = (shell_word(&self.object), shell_word(program));
        Some(match &self.reason {
            Reason::CarriageReturn => {
                format!("Take the carriage returns off: sed -i 's/\\r$//' {program}")
            }
            Reason::ByteOrderMark => format!("Take it off: sed -i '1s/^\\xEF\\xBB\\xBF//' {program}"),
            Reason::CutAtBlank(_) => {
                "Move it to a path without blanks (make a Python environment anew there), or let a shell start it: #!/bin/sh and \
                 exec \"THE PATH\" \"$0\" \"$@\""
                    .into()
            }
            Reason::Circle => format!("To see the links: namei {object}"),
            Reason::Other(Errno::ETXTBSY) => {
                format!("Somebody is still writing it. Wait for its end: fuser -v {object} says who.")
            }
            Reason::NotThere | Reason::LeadsNowhere(_) => return self.where_from(&program),
            Reason::Mode(mode) if mode & 0o111 == 0 => format!("chmod +x {object}"),
            Reason::Mode(_) => {
                format!("Its owner can let others execute it: chmod a+rx {object}")
            }
            Reason::NoExec(mount) => format!(
                "Copy it to a file system without noexec. Where programs unpack themselves into /tmp, set TMPDIR to a folder of \
                 your home. Or mount this one without noexec: mount -o remount,exec {}",
                mount.as_ref().map_or("MOUNT".into(), shell_word)
            ),
            Reason::Closed(folder) => format!("Its owner can open it: chmod a+x {}", shell_word(folder)),
            Reason::NoFile("a folder") => {
                format!("Name a program in it, or look at all that are: ldshim explain --all {object}")
            }
            Reason::NoFormat => format!(
                "If it is a script for a shell, give it a first line, #!/bin/sh. Shells run it without, other programs do not: \
                 sh {program}"
            ),
            Reason::Data(data) => data.advice.to_owned(),
            Reason::LinkText(target) => {
                format!("Make it a link: ln -sf {} {object}", shell_word(target))
            }
            Reason::NoInterpreter | Reason::NoName if self.role != Role::Loader => {
                format!("Name one in the first line, /bin/sh if it is a script for a shell: sed -i '1s|.*|#!/bin/sh|' {program}")
            }
            Reason::LineCut => {
                "Take a shorter path, such as that of a link to the interpreter: ln -s INTERPRETER LINK".into()
            }
            Reason::Empty if self.role != Role::Loader => "Get it again: the download may have failed.".into(),
            Reason::OtherMachine(_) if self.role != Role::Loader => {
                "Get the one for this machine. Or let an emulator run it: on NixOS, boot.binfmt.emulatedSystems.".into()
            }
            Reason::NoCode => "Start that program; debuggers find the information by themselves.".into(),
            Reason::ElfType(1) => "Link it: cc OBJECT -o PROGRAM.".into(),
            Reason::ElfType(4) => "A debugger reads it: gdb PROGRAM CORE.".into(),
            Reason::OneWord => format!("Let env split it: begin the script with #!/usr/bin/env -S {}", self.object.display()),
            Reason::StartsItself => "Let env split its words, and name a program: #!/usr/bin/env -S NAME=VALUE PROGRAM".into(),
            Reason::EnvUsage => "Let env split its words: #!/usr/bin/env -S ...".into(),
            _ if self.role == Role::Loader => format!(
                "Put a stub of ldshim there, or give the program another loader: ldshim patch --set-interpreter LOADER {program}"
            ),
            Reason::Headers(_) | Reason::LoaderName(..) | Reason::Unmappable(_) | Reason::CutOff => {
                "Get it again: it was damaged, or its download has not come to its end.".into()
            }
            _ => return None,
        })
    }

    /// How to get an interpreter or loader that is not there.
    fn where_from(&self, program: &str) -> Option<String> {
        if let Some(folder) = self.environment() {
            return Some(format!(
                "It belongs to a Python environment, whose Python is gone: it was updated, or Nix removed it as garbage. Make it \
                 anew: python3 -m venv --clear {}",
                shell_word(&folder)
            ));
        }
        let is_link = matches!(self.reason, Reason::LeadsNowhere(_));
        let end = self.end_of_links().filter(|_| is_link);
        if let Some(end) = end.filter(|it| it.starts_with("/nix/store")) {
            return Some(in_store(&end, "or make the link anew"));
        }
        match self.role {
            Role::Program => None,
            Role::Interpreter if self.object.starts_with("/nix/store") => {
                Some(in_store(&self.object, "or change the script's first line"))
            }
            Role::Interpreter => Some(format!(
                "NixOS has no interpreters but /bin/sh and /usr/bin/env: begin the script with #!/usr/bin/env {}, or start it \
                 with its interpreter. services.envfs.enable = true shows all programs in /bin and /usr/bin.",
                self.object.file_name().unwrap_or_default().display()
            )),
            Role::OfRule => Some(
                "Install it, or switch the rule off: echo 0 > /proc/sys/fs/binfmt_misc/NAME".into(),
            ),
            Role::Library => None,
            Role::ByEnv => {
                Some("Install it, or put its folder into PATH: export PATH=FOLDER:$PATH".into())
            }
            Role::Loader => Some(self.where_from_loader(program)),
        }
    }

    fn where_from_loader(&self, program: &str) -> String {
        let is = |text: &str| is_same(&self.object, text);
        let place = Architecture::ALL.into_iter().find_map(|it| {
            let name = self.object.file_name();
            let mut places = [it.loader_path, it.musl_loader_path].into_iter();
            places.find(|it| Path::new(it).file_name() == name)
        });
        let patch = format!(
            "ldshim patch --set-interpreter {} {program}",
            place.unwrap_or("LOADER")
        );
        if self.object.starts_with("/nix/store") {
            return in_store(
                &self.object,
                &format!("or have it start through the stub: {patch}"),
            );
        }
        if self.object.starts_with("/system/bin") {
            return "The program is for Android, whose C library Linux distributions do not have. Get the one for Linux.".into();
        }
        // ldshim has one stub beside it, for its own architecture, and brings no musl along.
        let other = if Architecture::ALL.iter().any(|it| is(it.musl_loader_path)) {
            Some("programs.nix-ld.musl.enable = true")
        } else if is(Architecture::I686.loader_path) && cfg!(target_arch = "x86_64") {
            Some("programs.nix-ld.enable32Bit = true")
        } else {
            None
        };
        if let Some(option) = other {
            return format!("On NixOS: {option}; it puts the stub there.");
        }
        let option = if Architecture::ALL.iter().any(|it| is(it.loader_path)) {
            "programs.nix-ld.enable = true"
        } else {
            return format!("Install it, or name another one in the program: {patch}");
        };
        format!(
            "On NixOS: {option}; it puts the stub there. Without installing anything: ldshim run {program}"
        )
    }

    /// The Python environment (venv) that a link belongs to, if it is one that leads nowhere.
    fn environment(&self) -> Option<PathBuf> {
        let folder = self.object.parent()?.parent()?;
        let is_link = matches!(self.reason, Reason::LeadsNowhere(_));
        (is_link && folder.join("pyvenv.cfg").is_file()).then(|| folder.to_owned())
    }

    /// Where links lead in the end, if nothing is there.
    fn end_of_links(&self) -> Option<PathBuf> {
        let mut path = self.object.clone();
        for _ in 0..MOST_LINKS {
            match path.read_link() {
                Ok(target) => path = path.parent()?.join(target),
                Err(_) => return Some(path),
            }
        }
        None
    }
}

/// How to get a path of the store that is not there.
fn in_store(path: &Path, otherwise: &str) -> String {
    let path: PathBuf = path.components().take(4).collect();
    format!(
        "It was removed by garbage collection, or Nix built the program on another machine. Get it, if a binary cache has it: \
         nix-store --realise {}; {otherwise}",
        shell_word(&path)
    )
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn advice(reason: Reason, role: Role, path: &Path) -> String {
        let refusal = Refusal {
            object: path.to_owned(),
            role,
            reason,
        };
        refusal.advice(path).expect("there is something to do")
    }

    /// The command at the end, as a user pastes it.
    fn command(advice: &str) -> &str {
        advice.rsplit_once(": ").map_or(advice, |it| it.1)
    }

    #[test]
    fn what_mends_a_first_line_can_be_pasted() {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("with space's");
        for (reason, text) in [
            (Reason::CarriageReturn, "#!/bin/sh\r\necho done\r\n"),
            (Reason::ByteOrderMark, "\u{feff}#!/bin/sh\necho done\n"),
            (Reason::NoInterpreter, "#!\necho done\n"),
        ] {
            std::fs::write(&script, text).unwrap();
            let advice = advice(reason, Role::Program, &script);
            let mut shell = Command::new("sh");
            shell.args(["-c", command(&advice)]);
            assert!(shell.status().unwrap().success(), "{advice}");
            let mended = std::fs::read_to_string(&script).unwrap();
            assert_eq!(mended, "#!/bin/sh\necho done\n", "{advice}");
        }
    }

    #[test]
    fn the_files_that_are_meant_are_named() {
        let path = Path::new("/a b");
        for (reason, expected) in [
            (
                Reason::NoExec(Some("/m".into())),
                "mount -o remount,exec /m",
            ),
            (Reason::NoFile("a folder"), "ldshim explain --all '/a b'"),
            (Reason::Mode(0o644), "chmod +x '/a b'"),
            (Reason::Closed("/f".into()), "chmod a+x /f"),
        ] {
            assert_eq!(command(&advice(reason, Role::Program, path)), expected);
        }
    }
}
