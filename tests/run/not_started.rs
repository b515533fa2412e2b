//! Exit status and message where the program does not start.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use crate::setup::{Setup, failure_of, on_host};

/// A file with this content, executable or not.
fn file(setup: &Setup, content: &str, mode: u32) -> PathBuf {
    let path = setup.program("file");
    fs::write(&path, content).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
    path
}

#[test]
fn a_missing_program_is_127() {
    let setup = Setup::new(&[]);
    for name in ["no-such-program", "./no-such-program", "/no/such/program"] {
        let (status, message) = failure_of(&mut setup.run([name]));
        assert_eq!(status, Some(127));
        assert_eq!(message, format!("ldshim: cannot run {name}: not found\n"));
    }
    assert_eq!(
        failure_of(&mut setup.run(["true"])),
        (Some(0), String::new())
    );
}

#[test]
fn what_is_not_executable_is_126() {
    let setup = Setup::new(&[]);
    let path = file(&setup, "#!/bin/sh\n", 0o644);
    assert_eq!(failure_of(&mut setup.run([&path])).0, Some(126));
    let mut in_path = setup.run(["file"]);
    assert_eq!(
        failure_of(in_path.env("PATH", setup.path("programs"))).0,
        Some(126)
    );
    assert_eq!(failure_of(&mut setup.run(["/"])).0, Some(126));
    let path = file(&setup, "no first line that names an interpreter\n", 0o755);
    let (status, message) = failure_of(&mut setup.run([&path]));
    assert_eq!(status, Some(126));
    assert!(message.contains("#!"), "{message}");
    let path = file(&setup, "#!/bin/sh\n", 0o755);
    assert_eq!(failure_of(&mut setup.run([&path])).0, Some(0));
}

#[test]
fn a_library_is_126_and_called_one() {
    let setup = Setup::new(&[]);
    let compile = |name: &str, flags: &[&str]| {
        let path = setup.program(name);
        let mut cc = Command::new("cc");
        cc.args(["-shared", "-fPIC", "-xc", "/dev/null", "-o"])
            .arg(&path);
        assert!(cc.args(flags).status().unwrap().success());
        path
    };
    for library in [compile("liba.so", &[]), compile("libb.so", &["-nostdlib"])] {
        let (status, message) = failure_of(&mut setup.run([&library]));
        assert_eq!(status, Some(126), "{message}");
        assert!(message.contains("it is a library"), "{message}");
    }
    // A loader is a library too, and a program.
    let loader = on_host("sh")
        .parent()
        .map(|_| ldshim::elf::interpreter(&on_host("sh")));
    let loader = loader.unwrap().unwrap().unwrap();
    let (status, message) = failure_of(setup.run([loader]).args([on_host("true")]));
    assert_eq!(status, Some(0), "{message}");
}

#[test]
fn a_script_whose_interpreter_is_hidden_is_127() {
    let setup = Setup::new(&[]);
    let shell = setup.path("bin/shell");
    fs::copy(on_host("sh"), &shell).unwrap();
    let path = file(&setup, &format!("#!{}\n", shell.display()), 0o755);
    let isolated = || {
        let mut run = setup.run(["--isolate"]);
        run.current_dir("/");
        run
    };
    let (status, message) = failure_of(isolated().arg(&path));
    assert_eq!(status, Some(127));
    let hidden = format!(
        "--isolate hides {}, which {} needs; --show {} shows it",
        shell.display(),
        path.display(),
        setup.path("bin").display()
    );
    assert!(message.contains(&hidden), "{message}");
    assert!(message.contains("interpreter"), "{message}");
    let mut shown = isolated();
    shown.arg("--show").arg(setup.path("bin")).arg(&path);
    assert_eq!(failure_of(&mut shown), (Some(0), String::new()));
}

#[test]
fn a_damaged_program_is_126_and_named() {
    let setup = Setup::new(&["sh"]);
    let path = setup.program("sh");
    let whole = fs::read(&path).unwrap();
    assert_eq!(
        failure_of(setup.run([&path]).args(["-c", "exit 5"])).0,
        Some(5)
    );
    for length in [4, 64, 100] {
        fs::write(&path, &whole[..length]).unwrap();
        let (status, message) = failure_of(&mut setup.run([&path]));
        assert_eq!(status, Some(126), "{message}");
        assert!(message.contains("programs/sh"), "{message}");
    }
}

#[test]
fn a_missing_stub_is_told_with_the_ways_to_name_one() {
    let setup = Setup::new(&[]);
    fs::rename(setup.path("bin/nix-ld"), setup.path("stub")).unwrap();
    let (status, message) = failure_of(&mut setup.run(["true"]));
    assert_eq!(status, Some(125));
    assert!(
        message.contains("--stub") && message.contains("LDSHIM_STUB"),
        "{message}"
    );

    let stub = setup.path("stub");
    assert_eq!(
        failure_of(setup.run(["--stub"]).arg(&stub).arg("true")).0,
        Some(0)
    );
    assert_eq!(
        failure_of(setup.run(["true"]).env("LDSHIM_STUB", &stub)).0,
        Some(0)
    );
    fs::create_dir(setup.path("libexec")).unwrap();
    fs::rename(&stub, setup.path("libexec/nix-ld")).unwrap();
    assert_eq!(failure_of(&mut setup.run(["true"])).0, Some(0));
}

#[test]
fn what_is_no_stub_is_refused() {
    let setup = Setup::new(&[]);
    let (status, message) = failure_of(setup.run(["--stub"]).arg(on_host("sh")).arg("true"));
    assert_eq!(status, Some(125));
    assert!(message.contains("asks for a loader itself"), "{message}");
    let (status, message) = failure_of(&mut setup.run(["--stub", "/etc/passwd", "true"]));
    assert_eq!(status, Some(125));
    assert!(message.contains("/etc/passwd"), "{message}");
}

#[test]
fn a_program_in_the_top_folder_is_not_isolated() {
    let setup = Setup::new(&["sh"]);
    let shell = setup.program("sh");
    // A root of its own, in which there is a program in `/`.
    let root = ldshim::sandbox::Root::like_host()
        .unwrap()
        .bind(&shell, "/program-at-the-top");
    let mut run = setup.run(["--isolate", "/program-at-the-top"]);
    let (status, message) = failure_of(root.apply_to(&mut run, "/"));
    assert_eq!(status, Some(125));
    assert!(message.contains("a folder of its own"), "{message}");
}

#[test]
fn forbidden_user_namespaces_are_told_with_what_to_switch_on() {
    let setup = Setup::with_own_cache(&[]);
    // The limit counts within the user namespace in which it is set.
    let started = |limit: &str| {
        let script = format!(
            "echo {limit} > /proc/sys/user/max_user_namespaces &&
             exec setpriv --ambient-caps=-all --inh-caps=-all {} run true",
            setup.path("bin/ldshim").display()
        );
        let mut command = Command::new("unshare");
        command.args([
            "--user",
            "--map-user=1000",
            "--map-group=1000",
            "--keep-caps",
        ]);
        command.args(["sh", "-c", &script]);
        command
            .env("XDG_CACHE_HOME", &setup.cache)
            .env_remove("NIX_LD_LIBRARY_PATH");
        failure_of(&mut command)
    };
    let (status, message) = started("0");
    assert_eq!(status, Some(125));
    assert!(
        message.contains("user.max_user_namespaces=10000"),
        "{message}"
    );
    assert_eq!(started("10"), (Some(0), String::new()));
}
