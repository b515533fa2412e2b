//! Rules of binfmt_misc, in a user namespace of their own: Linux has rules per namespace since 6.7.

use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::unistd::{getegid, geteuid};
use serde_json::Value;

use crate::made::Made;

const RULES: &str = "/proc/sys/fs/binfmt_misc";

/// Runs a command where these rules are in force. `None` if this kernel has none for namespaces.
fn with_rules(command: &mut Command, rules: &[String]) -> Option<String> {
    let (user, group) = (geteuid(), getegid());
    let rules = rules.to_vec();
    let register = move || {
        unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNS)?;
        fs::write("/proc/self/setgroups", "deny")?;
        fs::write("/proc/self/uid_map", format!("0 {user} 1"))?;
        fs::write("/proc/self/gid_map", format!("0 {group} 1"))?;
        let none = None::<&str>;
        mount(
            Some("none"),
            RULES,
            Some("binfmt_misc"),
            MsFlags::empty(),
            none,
        )?;
        for rule in &rules {
            let (file, text) = rule.split_once(' ').expect("a file and a text");
            fs::write(format!("{RULES}/{file}"), text)?;
        }
        Ok::<(), io::Error>(())
    };
    // SAFETY: the child has one thread, and makes nothing but system calls and small allocations.
    #[allow(unsafe_code)]
    unsafe {
        command.pre_exec(register)
    };
    match command.output() {
        Ok(output) => Some(String::from_utf8_lossy(&output.stdout).into_owned()),
        Err(error) if error.raw_os_error() == Some(libc::EPERM) => None,
        Err(error) => panic!("{command:?}: {error}"),
    }
}

#[test]
fn rules_of_binfmt_misc_count() {
    let made = Made::new();
    let folder = made.folder().display().to_string();
    let own = |name: &str| format!("{folder}/{name}");
    let arm = own("static-machine-183");
    let magic = r"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00";
    let mask = r"\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff";
    let rule = |name: &str, what: &str, interpreter: &str, flags: &str| {
        format!("register :{name}:{what}:{interpreter}:{flags}")
    };
    let emulator = rule("arm", &format!("M::{magic}:{mask}"), &own("static"), "");
    let html = |interpreter: &str, flags| rule("html", "M:2:DOCTYPE:", &own(interpreter), flags);
    for (what, rules, file) in [
        ("no rule", vec![], arm.clone()),
        ("an emulator", vec![emulator.clone()], arm.clone()),
        (
            "an emulator, and another file",
            vec![emulator.clone()],
            own("object.o"),
        ),
        ("one that is fixed", vec![html("static", "F")], own("html")),
        ("an offset", vec![html("static", "")], own("html")),
        (
            "an interpreter that is not there",
            vec![html("missing", "")],
            own("html"),
        ),
        (
            "one that may not be executed",
            vec![html("loader-644", "")],
            own("html"),
        ),
        ("a script", vec![html("script", "")], own("html")),
        (
            "scripts without end",
            vec![html("names-itself", "")],
            own("html"),
        ),
        (
            "an extension",
            vec![rule("o", "E::o:", &own("static"), "")],
            own("object.o"),
        ),
        (
            "another one",
            vec![rule("o", "E::p:", &own("static"), "")],
            own("object.o"),
        ),
        (
            "a rule before the kernel's own",
            vec![rule("s", "M::#!:", &own("missing"), "")],
            own("script"),
        ),
        (
            "one that is switched off",
            vec![emulator.clone(), "arm 0".into()],
            arm.clone(),
        ),
        (
            "all switched off",
            vec![emulator.clone(), "status 0".into()],
            arm.clone(),
        ),
    ] {
        let list = own("list");
        fs::write(&list, format!("{file}\n")).unwrap();
        let Some(truth) = with_rules(Command::new(own("truth")).arg(&list), &rules) else {
            // The rules of the whole system are not a test's to change.
            eprintln!("not tried: this kernel has no rules for a user namespace");
            return;
        };
        let mut explain = Command::new(env!("CARGO_BIN_EXE_ldshim"));
        let told = with_rules(explain.args(["explain", "--json", &file]), &rules).unwrap();
        let told: Value = serde_json::from_str(&told).unwrap();
        let fields: Vec<_> = truth.trim().split('\t').collect();
        assert_eq!(told["execve"], fields[1], "{what}: {truth} {told:#}");
        assert_eq!(
            told["starts"] == true,
            fields[2] == "0",
            "{what}: {truth} {told:#}"
        );
    }
}
