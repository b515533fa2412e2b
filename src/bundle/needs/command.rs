//! What a program's file starts, through wrappers.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};

use super::super::Setting;
use super::interpreter::{SH, in_path, interpreter};
use super::wrapper::{Taken, to_bundle, wrapper};
use crate::exec::{self, Line, Loaders, Reason, Role, Stop};

/// How many wrappers may stand before a program.
const MOST_WRAPPERS: usize = 16;

/// What is started where a user says a program's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The name in `bin/`.
    pub name: String,
    /// The path of the system that has this name, through links by the same name: the wrapper, if there is one.
    pub asked: PathBuf,
    /// The file of the system that the name leads to.
    pub file: PathBuf,
    /// What it is.
    pub kind: Kind,
    /// What is changed before, for this command alone.
    pub settings: Vec<Setting>,
    /// The wrappers that the settings come from, none of which goes along.
    pub wrappers: Vec<PathBuf>,
    /// Files and folders that the settings name.
    pub(super) paths: Vec<PathBuf>,
    /// Folders whose libraries go along.
    pub(super) library_folders: Vec<PathBuf>,
}

/// What a command's file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A program.
    Program,
    /// A script, whose text in the bundle finds its interpreter there.
    Script,
}

/// Follows a program's file through links and wrappers.
///
/// # Errors
/// It cannot be read, is neither a program nor a script, or its wrapper leads nowhere.
pub fn command(path: &Path) -> Result<Command> {
    let name = path.file_name().context("a program has a name")?;
    let name = name
        .to_str()
        .context("a program's name is text")?
        .to_owned();
    let first = path
        .canonicalize()
        .map_err(|error| not_there(path, &error))?;
    ensure!(!first.is_dir(), "it is a folder; name the programs in it");
    // A pipe would have us wait for whoever writes into it.
    ensure!(first.is_file(), "it is no file");
    let asked = asked(path).with_context(|| format!("cannot follow {}", path.display()))?;
    let mut file = first.clone();
    let mut wrappers = Vec::new();
    let mut settings = Vec::new();
    while let Some(found) = wrapper(&file) {
        if wrappers.len() == MOST_WRAPPERS {
            bail!("{} is a wrapper of a wrapper without end", path.display());
        }
        settings = joined(settings, found.settings);
        let program = found.program.canonicalize().with_context(|| {
            let (file, program) = (file.display(), found.program.display());
            format!("{file} is a wrapper of {program}, which cannot be opened")
        })?;
        wrappers.push(std::mem::replace(&mut file, program));
    }
    let is_script =
        starts_with(&file, b"#!").with_context(|| format!("cannot read {}", file.display()))?;
    if !is_script && !starts_with(&file, b"\x7fELF")? {
        bail!(
            "{} is neither a program nor a script with an interpreter in its first line",
            file.display()
        );
    }
    if is_script {
        check_interpreter(&file)?;
        // Wrappers of scripts stay, as texts that do the same in the bundle.
        return Ok(Command {
            name,
            asked,
            file: first,
            kind: Kind::Script,
            settings: Vec::new(),
            wrappers: Vec::new(),
            paths: Vec::new(),
            library_folders: Vec::new(),
        });
    }
    check_whole(&file)?;
    let Taken {
        settings,
        paths,
        library_folders,
    } = to_bundle(&settings);
    Ok(Command {
        name,
        asked,
        file,
        kind: Kind::Program,
        settings,
        wrappers,
        paths,
        library_folders,
    })
}

/// Whether a program is there to its end. What else keeps this system from starting it may be otherwise elsewhere.
fn check_whole(program: &Path) -> Result<()> {
    match exec::step(program, 0, &Loaders::Stub(None)) {
        Err(Stop::Refused(it))
            if it.role == Role::Program
                && matches!(it.reason, Reason::CutOff | Reason::Unmappable(_)) =>
        {
            bail!("{}; get it again", it.text())
        }
        _ => Ok(()),
    }
}

/// Follows a path as long as its last name stays: to where a program is installed, and not to the file that it shares with others.
fn asked(path: &Path) -> Result<PathBuf> {
    let name = path.file_name().context("a program has a name")?;
    let mut path = std::path::absolute(path)?;
    for _ in 0..exec::MOST_LINKS {
        let folder = path.parent().context("it is in no folder")?;
        path = folder.canonicalize()?.join(name);
        match path.read_link() {
            Ok(target) if target.file_name() == Some(name) => path = path.with_file_name(target),
            _ => break,
        }
    }
    Ok(path)
}

/// Why a program cannot be opened, and what was meant perhaps.
fn not_there(path: &Path, error: &io::Error) -> anyhow::Error {
    if error.kind() != io::ErrorKind::NotFound {
        return anyhow!("cannot open it: {error}");
    }
    if let Ok(target) = path.read_link() {
        return anyhow!("it is a link to {}, which is not there", target.display());
    }
    let is_name = path.components().count() == 1;
    match in_path(path).filter(|_| is_name) {
        Some(found) => anyhow!(
            "there is no such file here; {} is in PATH: name that",
            found.display()
        ),
        None => anyhow!("there is no such file"),
    }
}

/// Whether the interpreter of a script is there, which is to go along.
fn check_interpreter(script: &Path) -> Result<()> {
    let bytes =
        std::fs::read(script).with_context(|| format!("cannot read {}", script.display()))?;
    let Some((named, _)) = Line::of(&bytes).map(|it| interpreter(&it)) else {
        return Ok(());
    };
    let (script, shown) = (script.display(), named.display());
    if named.components().count() == 1 {
        ensure!(
            in_path(&named).is_some(),
            "{script} is a script for {shown}, which is in no folder of PATH; get that first"
        );
    } else if named != Path::new(SH) {
        ensure!(
            named.exists(),
            "{script} is a script for {shown}, which is not there; get that first, or mend its first line"
        );
    }
    Ok(())
}

/// The settings of a wrapper and of the one that it starts, as if they were one's.
fn joined(outer: Vec<Setting>, inner: Vec<Setting>) -> Vec<Setting> {
    let is_name = |it: &Setting| matches!(it, Setting::Argv0 { .. });
    let is_flag = |it: &Setting| matches!(it, Setting::AddFlag { .. });
    let is_last_name = !inner.iter().any(is_name);
    let (outer_flags, mut settings): (Vec<_>, Vec<_>) = outer.into_iter().partition(is_flag);
    settings.retain(|it| is_last_name || !is_name(it));
    settings.extend(inner);
    // The inner one's arguments come before those that the outer one hands to it.
    settings.extend(outer_flags);
    settings
}

fn starts_with(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    let mut head = Vec::new();
    let file = std::fs::File::open(path)?;
    let _length = io::Read::read_to_end(&mut io::Read::take(file, bytes.len() as u64), &mut head)?;
    Ok(head == bytes)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    fn flag(value: &str) -> Setting {
        Setting::AddFlag {
            value: value.into(),
        }
    }

    fn argv0(value: &str) -> Setting {
        Setting::Argv0 {
            value: value.into(),
        }
    }

    #[test]
    fn wrappers_are_followed_to_the_program() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let program = root.join(".hello-wrapped");
        fs::copy("/proc/self/exe", &program).unwrap();
        let text = format!(
            "#!/bin/bash -e\nexport A='b'\nexec -a \"$0\" \"{}\"  \"$@\" \n",
            program.display()
        );
        fs::write(root.join("hello"), text).unwrap();
        symlink("hello", root.join("hi")).unwrap();
        let found = command(&root.join("hi")).unwrap();
        assert_eq!((&*found.name, found.kind), ("hi", Kind::Program));
        assert_eq!(found.file, program);
        assert_eq!(found.wrappers, [root.join("hello")]);
        // It is asked for by this name, not by that of a link of the same name.
        assert_eq!(found.asked, root.join("hi"));
        fs::create_dir(root.join("profile")).unwrap();
        symlink("../hi", root.join("profile/hi")).unwrap();
        let found = command(&root.join("profile/hi")).unwrap();
        assert_eq!(found.asked, root.join("hi"));
        let expected = Setting::Set {
            name: "A".into(),
            value: "b".into(),
        };
        assert_eq!(found.settings, [expected]);
        // Without what it leads to, it says so.
        fs::remove_file(program).unwrap();
        let error = command(&root.join("hi")).unwrap_err().to_string();
        assert!(error.contains("is a wrapper of"), "{error}");
    }

    #[test]
    fn a_script_is_one_behind_a_wrapper_too() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        fs::write(root.join(".a-wrapped"), "#!/usr/bin/python3\n").unwrap();
        let text = format!(
            "#!/bin/bash\nexec \"{}\" \"$@\"\n",
            root.join(".a-wrapped").display()
        );
        fs::write(root.join("a"), text).unwrap();
        let found = command(&root.join("a")).unwrap();
        assert_eq!((found.kind, found.file), (Kind::Script, root.join("a")));
        fs::write(root.join("text"), "hello\n").unwrap();
        assert!(command(&root.join("text")).is_err());
        assert!(command(&root.join("nothing")).is_err());
    }

    #[test]
    fn arguments_of_two_wrappers_stand_as_both_would_put_them() {
        let settings = joined(
            vec![argv0("outer"), flag("--outer")],
            vec![argv0("inner"), flag("--inner")],
        );
        assert_eq!(settings, [argv0("inner"), flag("--inner"), flag("--outer")]);
        let settings = joined(vec![argv0("outer")], vec![flag("--inner")]);
        assert_eq!(settings, [argv0("outer"), flag("--inner")]);
    }
}
