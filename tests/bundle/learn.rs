//! What is learned from a run: a copy of the machine's shell is the program.

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ldshim::bundle::learn::learn;
use tempfile::TempDir;

/// A shell that is installed in a folder of its own, with a file.
struct Tool {
    _kept: TempDir,
    top: PathBuf,
}

impl Tool {
    fn new() -> Self {
        let kept = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let top = kept.path().canonicalize().unwrap().join("tool");
        for folder in ["bin", "share"] {
            fs::create_dir_all(top.join(folder)).unwrap();
            fs::set_permissions(top.join(folder), Permissions::from_mode(0o755)).unwrap();
        }
        fs::copy("/bin/sh", top.join("bin/sh")).unwrap();
        fs::write(top.join("share/data"), "").unwrap();
        fs::set_permissions(top.join("share/data"), Permissions::from_mode(0o644)).unwrap();
        Self { _kept: kept, top }
    }

    /// Which files of its folder a script has it take along, but for itself.
    fn takes(&self, script: &str, arguments: &[&Path]) -> BTreeSet<PathBuf> {
        let program = self.top.join("bin/sh");
        let mut command = Command::new(&program);
        command.args(["-c", &format!("umask 022; {script}"), "sh"]);
        command.args(arguments).current_dir(&self.top);
        command.stdin(Stdio::null());
        let learned = learn(std::slice::from_ref(&program), &mut command).unwrap();
        let taken = learned.taken.into_keys().filter(|it| *it != program);
        taken
            .filter_map(|it| it.strip_prefix(&self.top).ok().map(Path::to_owned))
            .collect()
    }
}

fn data() -> BTreeSet<PathBuf> {
    BTreeSet::from(["share/data".into()])
}

#[test]
fn what_the_command_renamed_or_linked_stays() {
    for script in [
        ": >share/new; mv share/new share/made; read x <share/made",
        "mkdir new; : >new/file; mv new made; read x <made/file",
        "ln share/data made; read x <made",
        "ln -s share/data made; read x <made",
    ] {
        let tool = Tool::new();
        let script = format!("{script}; read x <share/data");
        assert_eq!(tool.takes(&script, &[]), data(), "{script}");
    }
}

#[test]
fn what_a_flag_of_the_command_names_stays() {
    let tool = Tool::new();
    let file = tool.top.join("share/data");
    let flag = |name: &str| PathBuf::from(format!("--{name}={}", file.display()));
    let read = "read x <share/data";
    assert_eq!(tool.takes(read, &[&flag("config")]), BTreeSet::new());
    assert_eq!(tool.takes(read, &[Path::new("--config=")]), data());
}
