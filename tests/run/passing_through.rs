//! What a program started by ldshim has in common with one started directly.

use std::ffi::CString;
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};

use crate::setup::{Setup, on_host, stdout_of};

fn status_of_script(script: &str) -> ExitStatus {
    Setup::new(&[]).run(["sh", "-c", script]).status().unwrap()
}

#[test]
fn the_exit_status_passes() {
    for status in [0, 7, 127, 255] {
        assert_eq!(
            status_of_script(&format!("exit {status}")).code(),
            Some(status)
        );
    }
}

#[test]
fn death_by_a_signal_passes_as_such() {
    for signal in [libc::SIGKILL, libc::SIGTERM] {
        assert_eq!(
            status_of_script(&format!("kill -{signal} $$")).signal(),
            Some(signal)
        );
        assert_eq!(
            status_of_script(&format!("exit {}", 128 + signal)).signal(),
            None
        );
    }
}

#[test]
fn a_broken_pipe_ends_the_program() {
    assert_eq!(
        status_of_script("kill -PIPE $$; exit 3").signal(),
        Some(libc::SIGPIPE)
    );
    assert_eq!(
        status_of_script("trap '' PIPE; kill -PIPE $$; exit 3").code(),
        Some(3)
    );
}

#[test]
fn it_is_the_same_process_in_the_same_group() {
    let setup = Setup::new(&[]);
    let mut run = setup.run(["sh", "-c", "cat /proc/$$/stat"]);
    let child = run.process_group(0).stdout(Stdio::piped()).spawn().unwrap();
    let id = child.id();
    let stat = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    let mut fields = stat.split(' ').map(|field| field.parse().ok());
    assert_eq!(fields.next(), Some(Some(id)));
    // proc_pid_stat(5): name, state, parent, process group
    let expected = [Some(std::process::id()), Some(id)];
    assert_eq!(fields.skip(2).take(2).collect::<Vec<_>>(), expected);
}

#[test]
fn standard_input_and_output_pass() {
    let setup = Setup::new(&["cat"]);
    for options in [&[][..], &["--isolate"]] {
        let mut run = setup.run(options);
        run.arg(setup.program("cat"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = run.spawn().unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(b"in and \xff out")
            .unwrap();
        assert_eq!(child.wait_with_output().unwrap().stdout, b"in and \xff out");
    }
}

#[test]
fn the_terminal_stays() {
    let setup = Setup::new(&[]);
    let ldshim = setup.path("bin/ldshim");
    let check = "test -t 0 && test -t 1 && : < /dev/tty";
    let mut with = Command::new("script");
    with.args([
        "-qec",
        &format!("{} run sh -c '{check}'", ldshim.display()),
        "/dev/null",
    ]);
    with.env("XDG_CACHE_HOME", &setup.cache)
        .stdin(Stdio::null());
    assert!(with.output().unwrap().status.success());
    let without = setup
        .run(["sh", "-c", check])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(!without.status.success());
}

#[test]
fn the_current_folder_stays() {
    let setup = Setup::new(&[]);
    let mut run = setup.run(["readlink", "/proc/self/cwd"]);
    run.current_dir(setup.path("bin"));
    assert_eq!(
        stdout_of(&mut run),
        format!("{}\n", setup.path("bin").display())
    );
}

#[test]
fn proc_self_exe_is_the_program() {
    let setup = Setup::new(&["readlink"]);
    let program = setup.program("readlink");
    for options in [&[][..], &["--isolate"]] {
        let mut run = setup.run(options);
        let exe = stdout_of(run.arg(&program).arg("/proc/self/exe"));
        assert_eq!(exe, format!("{}\n", program.display()));
    }
}

#[test]
fn arguments_pass_with_the_name_as_it_was_given() {
    let setup = Setup::new(&["cat"]);
    std::os::unix::fs::symlink("cat", setup.program("linked")).unwrap();
    let mut run = setup.run(["--", "./linked", "--", "/proc/self/cmdline"]);
    assert_eq!(
        stdout_of(run.current_dir(setup.path("programs"))),
        "./linked\0--\0/proc/self/cmdline\0"
    );
}

#[test]
fn options_after_the_program_are_the_programs() {
    let setup = Setup::new(&[]);
    let script = "printf '%s,' \"$0\" \"$@\"";
    for option in ["--version", "--help", "--isolate", "-h"] {
        let mut run = setup.run(["sh", "-c", script, option, "--", option]);
        assert_eq!(stdout_of(&mut run), format!("{option},--,{option},"));
        let mut run = setup.run(["sh", option]);
        let mut direct = Command::new("sh");
        let [own, same] = [&mut run, direct.arg(option)].map(|command| command.output().unwrap());
        assert_eq!((own.status, own.stdout), (same.status, same.stdout));
    }
}

#[test]
fn a_program_without_slash_is_found_in_path() {
    let setup = Setup::new(&["readlink"]);
    let found_with = |path: &str| {
        let mut run = setup.run(["readlink", "/proc/self/exe"]);
        stdout_of(run.env("PATH", path).current_dir(setup.path("programs")))
    };
    let copy = format!("{}\n", setup.program("readlink").display());
    assert_eq!(found_with(setup.path("programs").to_str().unwrap()), copy);
    assert_eq!(
        found_with(":/bin"),
        copy,
        "an empty entry is the current folder"
    );
    let original = on_host("readlink");
    assert_eq!(
        found_with(original.parent().unwrap().to_str().unwrap()),
        format!("{}\n", original.display())
    );
}

#[test]
fn a_script_runs_through_its_interpreter() {
    let setup = Setup::new(&["sh"]);
    let script = |interpreter: &str| {
        let path = setup.program("script");
        fs::write(&path, format!("#!{interpreter}\necho \"$0\"\n")).unwrap();
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        path
    };
    let path = script("/bin/sh");
    assert_eq!(
        stdout_of(&mut setup.run([&path])),
        format!("{}\n", path.display())
    );
    let path = script(setup.program("sh").to_str().unwrap());
    assert_eq!(
        stdout_of(setup.run(["--isolate"]).arg(&path)),
        format!("{}\n", path.display())
    );
}

#[test]
fn the_environment_passes_byte_for_byte() {
    let setup = Setup::new(&[]);
    let odd = [
        &b"TWICE=1"[..],
        b"no equals sign",
        b"TWICE=2",
        b"",
        b"=",
        b"BYTES=\xff\x01",
        b"EMPTY=",
    ];
    let choice = [&b"NIX_LD=/elsewhere"[..], b"NIX_LD_x86_64_linux=/elsewhere"];
    let cache = format!("XDG_CACHE_HOME={}", setup.cache.display());
    let kept: Vec<&[u8]> = odd.into_iter().chain([cache.as_bytes()]).collect();

    let ldshim = [
        setup.path("bin/ldshim"),
        "run".into(),
        on_host("cat"),
        "/proc/self/environ".into(),
    ];
    let seen = start_with_environment(ldshim.to_vec(), [&choice, &kept[..]].concat());
    assert_eq!(block(&seen), block(&kept.join(&0)));
}

/// For messages: the entries of a block, readable.
fn block(bytes: &[u8]) -> Vec<String> {
    let bytes = bytes.strip_suffix(&[0]).unwrap_or(bytes);
    bytes
        .split(|byte| *byte == 0)
        .map(|entry| entry.escape_ascii().to_string())
        .collect()
}

/// The output of a command that starts with exactly these entries, which `Command` cannot do.
#[allow(unsafe_code)]
fn start_with_environment(command: Vec<PathBuf>, entries: Vec<&[u8]>) -> Vec<u8> {
    let strings = |all: Vec<&[u8]>| -> Vec<CString> {
        all.into_iter()
            .map(|bytes| CString::new(bytes).unwrap())
            .collect()
    };
    let arguments = strings(
        command
            .iter()
            .map(|part| part.as_os_str().as_bytes())
            .collect(),
    );
    let entries = strings(entries);
    let mut started = Command::new(&command[0]);
    let exec = move || match nix::unistd::execve(&arguments[0], &arguments, &entries) {
        Ok(never) => match never {},
        Err(errno) => Err(errno.into()),
    };
    // SAFETY: in the forked child the closure builds two arrays of pointers and calls execve;
    // glibc's allocator works in the child of a process with several threads.
    let output = unsafe { started.pre_exec(exec) }.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    output.stdout
}
