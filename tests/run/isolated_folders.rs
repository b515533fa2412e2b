//! What a program that needs more than its own folder finds in an isolated root.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::setup::{Setup, failure_of, on_host, stdout_of};

/// An isolated run, started in a folder that is not shown.
fn isolated(setup: &Setup) -> Command {
    let mut run = setup.run(["--isolate"]);
    run.current_dir("/");
    run
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    let mut install = Command::new("install");
    assert!(install.arg(from).arg(to).status().unwrap().success());
}

/// A library in this folder, and a program that has this search path for it.
fn program_with_library(setup: &Setup, folder: &str, search_path: &str) -> PathBuf {
    let (library, program) = (setup.path(folder), setup.path("prefix/bin/main"));
    fs::create_dir_all(&library).unwrap();
    fs::create_dir_all(program.parent().unwrap()).unwrap();
    let compile = |source: &str, arguments: &[&str]| {
        let file = setup.path("source.c");
        fs::write(&file, source).unwrap();
        let mut compiler = Command::new("cc");
        compiler.arg(&file).args(arguments);
        assert!(compiler.status().unwrap().success());
    };
    let library = library.join("libown.so").display().to_string();
    compile(
        "int own(void) { return 42; }",
        &["-shared", "-fPIC", "-Wl,-soname,libown.so", "-o", &library],
    );
    let search = format!("-Wl,-rpath,{search_path}");
    let program_text = program.display().to_string();
    compile(
        "int own(void); int main(void) { return own(); }",
        &[&library, &search, "-o", &program_text],
    );
    program
}

#[test]
fn a_program_in_bin_sees_its_prefix() {
    let setup = Setup::new(&[]);
    let program = program_with_library(&setup, "prefix/lib", "$ORIGIN/../lib");
    assert_eq!(
        failure_of(isolated(&setup).arg(&program)),
        (Some(42), String::new())
    );
    // In a folder of another name it sees that one only.
    let other = setup.path("prefix/programs/main");
    copy(&program, &other);
    let (status, message) = failure_of(isolated(&setup).arg(&other));
    assert_eq!(status, Some(127));
    assert!(message.contains("libown.so"), "{message}");
}

#[test]
fn a_hidden_library_is_told_with_the_flag_that_shows_it() {
    let setup = Setup::new(&[]);
    let hidden = setup.path("elsewhere");
    let program = program_with_library(&setup, "elsewhere", hidden.to_str().unwrap());
    let (status, message) = failure_of(isolated(&setup).arg(&program));
    assert_eq!(status, Some(127));
    let flag = format!("--show {} shows it", hidden.display());
    assert!(message.contains(&flag), "{message}");
    let mut shown = isolated(&setup);
    shown.arg("--show").arg(&hidden).arg(&program);
    assert_eq!(failure_of(&mut shown), (Some(42), String::new()));
    let (status, message) = failure_of(setup.run(["--show", "/"]).arg(&program));
    assert_eq!(status, Some(2), "it is for --isolate: {message}");
    let mut nothing = isolated(&setup);
    nothing.args(["--show", "/no/such/folder"]).arg(&program);
    assert_eq!(failure_of(&mut nothing).0, Some(125));
}

#[test]
fn the_current_folder_is_there_and_may_be_written_to() {
    let setup = Setup::new(&["cat", "sh"]);
    fs::create_dir(setup.path("work")).unwrap();
    fs::write(setup.path("work/file"), "content").unwrap();
    let mut run = setup.run(["--isolate"]);
    run.current_dir(setup.path("work")).arg(setup.program("sh"));
    run.args(["-c", "read line < file; echo $line > copy"]);
    run.output().unwrap();
    assert_eq!(
        fs::read_to_string(setup.path("work/copy")).unwrap(),
        "content\n"
    );
    let mut elsewhere = isolated(&setup);
    let file = setup.path("work/file");
    elsewhere.arg(setup.program("cat")).arg(file);
    assert_eq!(failure_of(&mut elsewhere).0, Some(1));
}

#[test]
fn scripts_find_the_shell_and_env() {
    let setup = Setup::new(&["sh"]);
    for first_line in ["#!/bin/sh", "#!/usr/bin/env sh"] {
        let script = setup.program("script");
        fs::write(&script, format!("{first_line}\necho ran\n")).unwrap();
        copy(&script.clone(), &setup.program("copy"));
        let mut run = isolated(&setup);
        run.arg(setup.program("copy"))
            .env("PATH", setup.path("programs"));
        assert_eq!(stdout_of(&mut run), "ran\n", "{first_line}");
    }
    // Nothing else is there.
    let mut run = isolated(&setup);
    run.arg(setup.program("sh"))
        .args(["-c", "echo /bin/* /usr/* /usr/bin/*"]);
    assert_eq!(stdout_of(&mut run), "/bin/sh /usr/bin /usr/bin/env\n");
}

#[test]
fn the_home_is_empty_and_may_be_written_to() {
    let setup = Setup::new(&["sh"]);
    let home = setup.path("home");
    fs::create_dir(&home).unwrap();
    fs::write(home.join("secret"), "").unwrap();
    let script = "cd && echo * && echo > new && echo *";
    let mut run = isolated(&setup);
    run.arg(setup.program("sh"))
        .args(["-c", script])
        .env("HOME", &home);
    assert_eq!(stdout_of(&mut run), "*\nnew\n");
    assert!(!home.join("new").exists());
    // It is no current folder either.
    let mut within = setup.run(["--isolate"]);
    within.current_dir(&home).env("HOME", &home);
    within.arg(setup.program("sh")).args(["-c", "cd; echo *"]);
    assert_eq!(stdout_of(&mut within), "*\n");
    // What is in it and is shown is there.
    let own = home.join("app/bin/sh");
    copy(&on_host("sh"), &own);
    let mut run = isolated(&setup);
    run.arg(&own)
        .args(["-c", "cd; echo * app/*"])
        .env("HOME", &home);
    assert_eq!(stdout_of(&mut run), "app app/bin\n");
}

#[test]
fn children_without_an_environment_have_their_libraries() {
    let setup = Setup::new(&["env", "sh"]);
    for options in [&[][..], &["--isolate"]] {
        let mut run = setup.run(options);
        run.arg(setup.program("env")).arg("-i");
        run.arg(setup.program("sh")).args(["-c", "echo ran"]);
        assert_eq!(stdout_of(&mut run), "ran\n", "{options:?}");
    }
}
