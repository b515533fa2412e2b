//! What programs need beside libraries, in roots that have nothing of it.

use std::fs;
use std::path::Path;

use ldshim::sandbox::Root;

use crate::common::Ran;
use crate::made::{Made, bare, clean};
use crate::stored::{Stored, write};

/// The bundle of a program that was compiled with these flags, and what was said of it.
fn bundle(made: &Made, flags: &[&str], args: &[&str]) -> String {
    made.compile("needs.c", "needs", flags);
    let mut command = made.bundle(&["needs", "--out", "out"]);
    // What this machine trusts is a file of the test's.
    fs::write(made.at("certificates"), "of this machine\n").unwrap();
    let ran = Ran::of(
        command
            .args(args)
            .env("NIX_SSL_CERT_FILE", made.at("certificates")),
    );
    ran.succeeded().stderr
}

fn answers(root: Root, variables: &[(&str, &str)], questions: &[&str]) -> String {
    let mut command = clean("/somewhere/bin/needs");
    root.apply_to(&mut command, "/");
    let variables = variables.iter().copied();
    Ran::of(command.args(questions).envs(variables))
        .succeeded()
        .stdout
}

#[test]
fn a_locale_is_there_where_the_host_has_none() {
    let made = Made::new();
    bundle(&made, &[], &[]);
    let ask = |variables: &[(&str, &str)]| answers(bare(&made.at("out")), variables, &["locale"]);
    assert_eq!(ask(&[("LC_ALL", "C.UTF-8")]), "set UTF-8\n");
    // The user's own word counts.
    let own = ("LOCPATH", "/nowhere");
    assert_eq!(ask(&[("LC_ALL", "C.UTF-8"), own]), "unset ANSI_X3.4-1968\n");
}

#[test]
fn the_hosts_locales_are_left_to_be_found() {
    let made = Made::new();
    bundle(&made, &[], &[]);
    fs::create_dir(made.at("locale")).unwrap();
    fs::write(made.at("locale/locale-archive"), "").unwrap();
    let ask = |root: Root| answers(root, &[], &["$LOCPATH"]);
    let own = ask(bare(&made.at("out")));
    assert!(own.starts_with("/somewhere/"), "{own}");
    let host = bare(&made.at("out")).bind_read_only(made.at("locale"), "/usr/lib/locale");
    assert_eq!(ask(host), "unset\n");
}

#[test]
fn character_sets_are_converted() {
    let made = Made::new();
    bundle(&made, &[], &[]);
    let ask = |variables: &[(&str, &str)]| answers(bare(&made.at("out")), variables, &["iconv"]);
    assert_eq!(ask(&[]), "yes\n");
    assert_eq!(ask(&[("GCONV_PATH", "/nowhere")]), "no\n");
}

#[test]
fn certificates_are_the_hosts_where_it_has_some() {
    let made = Made::new();
    bundle(&made, &[], &[]);
    let ask =
        |root: Root, variables: &[(&str, &str)]| answers(root, variables, &["$SSL_CERT_FILE"]);
    let own = ask(bare(&made.at("out")), &[]);
    let path = made
        .at("out")
        .join(own.trim_end().strip_prefix("/somewhere/").unwrap());
    assert_eq!(fs::read_to_string(path).unwrap(), "of this machine\n");
    let file = "/etc/pki/tls/certs/ca-bundle.crt";
    let host = || bare(&made.at("out")).bind_read_only(made.at("certificates"), file);
    assert_eq!(ask(host(), &[]), format!("{file}\n"));
    assert_eq!(ask(host(), &[("SSL_CERT_FILE", "/own")]), "/own\n");
}

#[test]
fn a_library_that_is_named_by_its_path_is_found() {
    let made = Made::new();
    made.compile(
        "answer.c",
        "library/lib/libanswer.so.1",
        &["-shared", "-fPIC", "-DANSWER=42"],
    );
    let library = Stored::add(&made, "library");
    let path = library.text("lib/libanswer.so.1");
    let said = bundle(&made, &[&format!("-DLIBRARY=\"{path}\"")], &[]);
    assert_eq!(said.matches(&path).count(), 0, "{said}");
    let found = answers(bare(&made.at("out")), &[], &["library"]);
    fs::remove_file(made.at("out/lib/libanswer.so.1")).unwrap();
    let without = answers(bare(&made.at("out")), &[], &["library"]);
    assert_eq!((&*found, &*without), ("42\n", "-1\n"));
}

#[test]
fn a_path_in_data_that_nothing_leads_to_is_told() {
    let made = Made::new();
    write(&made.at("data/share/file"), "the data");
    let data = Stored::add(&made, "data");
    let path = data.text("share/file");
    let said = bundle(&made, &[&format!("-DDATA=\"{path}\"")], &[]);
    assert!(said.contains(&format!("its data names {path}")), "{said}");
    assert!(said.contains("--allow-namespace"), "{said}");
    assert!(!made.at("out").join(data.in_bundle("share/file")).exists());
    assert_eq!(answers(bare(&made.at("out")), &[], &["data"]), "nothing\n");
}

#[test]
fn a_bundle_that_is_shown_at_the_store_has_it() {
    let made = Made::new();
    write(&made.at("data/share/file"), "the data");
    let data = Stored::add(&made, "data");
    let flags = [format!("-DDATA=\"{}\"", data.text("share/file"))];
    let said = bundle(&made, &[&flags[0]], &["--allow-namespace"]);
    assert!(!said.contains("its data names"), "{said}");
    let root = || {
        bare(&made.at("out"))
            .bind("/proc", "/proc")
            .link("/busybox/bin/busybox", "/bin/readlink")
    };
    let questions = ["data", "name", "a  b"];
    let expected = "the data\n/somewhere/bin/needs\n[a  b]\n";
    assert_eq!(answers(root(), &[], &questions), expected);
    // The program itself is still one that does not find it.
    fs::remove_file(made.at("out/bin/needs")).unwrap();
    let program = fs::canonicalize(made.at("needs")).unwrap();
    let place = Path::new("../root").join(program.strip_prefix("/").unwrap());
    std::os::unix::fs::symlink(place, made.at("out/bin/needs")).unwrap();
    assert_eq!(answers(root(), &[], &["data"]), "nothing\n");
}

#[test]
fn nothing_is_shown_where_nothing_is_looked_for() {
    let made = Made::new();
    bundle(&made, &[], &["--allow-namespace"]);
    assert!(made.at("out/bin/needs").is_symlink());
}

#[test]
fn what_no_program_reads_is_not_told() {
    let made = Made::new();
    for name in ["include/x.h", "share/doc/x", "share/man/x"] {
        write(&made.at("data").join(name), "");
    }
    let data = Stored::add(&made, "data");
    for path in ["include/x.h", "share/doc/x", "share/man", "gone", ""] {
        let path = data.text(path);
        let said = bundle(&made, &[&format!("-DDATA=\"{path}\"")], &[]);
        assert!(!said.contains("its data names"), "{said}");
    }
}

#[test]
fn data_beside_a_program_goes_along_where_it_looks_from_its_own_path() {
    let made = Made::new();
    made.compile("needs.c", "package/bin/needs", &[]);
    write(&made.at("package/share/file"), "beside");
    write(&made.at("package/share/man/man1/needs.1"), "");
    let package = Stored::add(&made, "package");
    Ran::of(&mut made.bundle(&[&package.text("bin/needs"), "--out", "out"])).succeeded();
    let root = bare(&made.at("out")).bind("/proc", "/proc");
    assert_eq!(answers(root, &[], &["beside"]), "beside\n");
    let there = |below: &str| made.at("out").join(package.in_bundle(below)).exists();
    assert!(there("share/file") && !there("share/man"));
    assert!(Path::new("/proc/self/exe").exists());
}
