//! Which libraries come along, and how they are found.

use std::fs;

use crate::common::Ran;
use crate::made::{Made, clean};

fn answer(made: &Made, name: &str, value: &str) {
    let define = format!("-DANSWER={value}");
    made.compile(
        "answer.c",
        name,
        &["-shared", "-fPIC", &define, "-Wl,-soname,libanswer.so"],
    );
}

#[test]
fn a_library_of_a_search_path_comes_along() {
    let made = Made::new();
    answer(&made, "private/libanswer.so", "42");
    made.compile(
        "asks.c",
        "asks",
        &["-Lprivate", "-lanswer", "-Wl,-rpath,$ORIGIN/private"],
    );
    let moved = made.moved(&[], &["asks"]);
    fs::remove_dir_all(made.at("private")).unwrap();
    let ran = Ran::of(&mut clean(moved.join("bin/asks"))).succeeded();
    assert_eq!(ran.stdout, "42\n");
    assert!(moved.join("lib/libanswer.so").is_file());
}

#[test]
fn a_library_that_is_needed_by_its_path_comes_along() {
    let made = Made::new();
    let define = "-DANSWER=43";
    made.compile("answer.c", "libpath.so", &["-shared", "-fPIC", define]);
    let path = made.at("libpath.so");
    made.compile("asks.c", "asks", &[path.to_str().unwrap()]);
    let moved = made.moved(&[], &["asks"]);
    fs::remove_file(path).unwrap();
    assert_eq!(
        Ran::of(&mut clean(moved.join("bin/asks")))
            .succeeded()
            .stdout,
        "43\n"
    );
}

#[test]
fn programs_with_different_libraries_of_one_name_get_a_folder_each() {
    let made = Made::new();
    for (number, folder) in [("1", "a"), ("2", "b")] {
        answer(&made, &format!("{folder}/libanswer.so"), number);
        let flags = [
            format!("-L{folder}"),
            "-lanswer".to_owned(),
            format!("-Wl,-rpath,$ORIGIN/{folder}"),
        ];
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        made.compile("asks.c", &format!("asks-{folder}"), &flags);
    }
    let moved = made.moved(&[], &["asks-a", "asks-b"]);
    let ask = |name: &str| {
        Ran::of(&mut clean(moved.join("bin").join(name)))
            .succeeded()
            .stdout
    };
    assert_eq!([ask("asks-a"), ask("asks-b")], ["1\n", "2\n"]);
    assert!(moved.join("lib-2/libanswer.so").is_file());
}

/// The loader takes no second library of a name, so neither that nor what it needs goes along.
#[test]
fn a_module_brings_no_other_file_of_a_name_that_its_program_has() {
    let made = Made::new();
    answer(&made, "a/libanswer.so", "1");
    made.compile(
        "asks.c",
        "asks",
        &["-La", "-lanswer", "-Wl,-rpath,$ORIGIN/a"],
    );
    made.compile("report.c", "report", &[]);
    let shared = [
        "-shared",
        "-fPIC",
        "-Wl,--no-as-needed",
        "-Lb",
        "-DANSWER=2",
    ];
    let library =
        |name: &str, flags: &[&str]| made.compile("answer.c", name, &[&shared, flags].concat());
    library("b/libother.so", &["-Wl,-soname,libother.so"]);
    library(
        "b/libanswer.so",
        &["-Wl,-soname,libanswer.so", "-lother", "-Wl,-rpath,$ORIGIN"],
    );
    library(
        "module.so",
        &["-lanswer", "-Wl,-rpath,$ORIGIN/b", "-Wl,-rpath-link,b"],
    );
    let brings = |program: &str| {
        let out = format!("{program}-bundle");
        Ran::of(&mut made.bundle(&[program, "--with", "module.so", "--out", &out])).succeeded();
        made.at(&out).join("lib/libother.so").exists()
    };
    assert!(!brings("asks"));
    let ran = Ran::of(&mut clean(made.at("asks-bundle/bin/asks"))).succeeded();
    assert_eq!(ran.stdout, "1\n");
    // The negative control: a program without a library of that name.
    assert!(brings("report"));
}

#[test]
fn a_library_that_is_missing_is_named() {
    let made = Made::new();
    answer(&made, "libanswer.so", "1");
    made.compile("asks.c", "asks", &["-L.", "-lanswer"]);
    let ran = Ran::of(made.bundle(&["asks", "--out", "out"]).arg("-v"));
    let ran = ran.failed_with("it does not find libanswer.so");
    assert!(ran.stderr.contains("cannot bundle asks"), "{ran:?}");
    assert!(!made.at("out").exists());
}
