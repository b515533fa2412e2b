use std::fs;

use super::*;
use crate::elf::{Image, program_identity};

const ZLIB: &str = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-zlib-1.3.1";

fn identity() -> ProgramIdentity {
    let bytes = fs::read("/bin/sh").unwrap();
    program_identity(&Image::parse(&bytes).unwrap())
}

fn lock() -> Lock {
    let mut lock = Lock::new("sh", &identity(), "x86_64-linux");
    lock.nixpkgs = Some("0123456789abcdef0123456789abcdef01234567".into());
    lock.loader = Some(format!("{ZLIB}/lib/ld-linux-x86-64.so.2"));
    lock.packages.push(LockedPackage {
        attribute: Some("zlib".into()),
        output: "out".into(),
        store_path: ZLIB.into(),
        libraries: vec!["libz.so.1".into(), "lib/inner/libz.so.2".into()],
    });
    lock
}

/// The message of the lock with one text replaced by another.
fn changed(from: &str, to: &str) -> String {
    let text = lock().to_text().unwrap();
    assert!(text.contains(from), "{from:?} is not in {text}");
    format!("{:#}", Lock::parse(&text.replace(from, to)).unwrap_err())
}

#[test]
fn what_is_written_is_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lock.json");
    lock().write(&file).unwrap();
    assert_eq!(Lock::read(&file).unwrap(), lock());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_lock_that_cannot_be_written_leaves_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lock.json");
    fs::create_dir(&file).unwrap();
    assert!(lock().write(&file).is_err());
    assert!(file.is_dir());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    let nowhere = folder.path().join("nowhere/lock.json");
    let error = format!("{:#}", lock().write(&nowhere).unwrap_err());
    assert!(error.starts_with("cannot write the lock "), "{error}");
}

#[test]
fn what_is_no_lock_is_refused() {
    for (text, expected) in [
        ("", "it is no JSON"),
        ("{", "it is no JSON"),
        ("[]", "it has no version"),
        ("{}", "it has no version"),
        (
            r#"{"version": 2}"#,
            "its format is 2, and this ldshim knows 1",
        ),
        (r#"{"version": 1}"#, "missing field"),
    ] {
        let error = format!("{:#}", Lock::parse(text).unwrap_err());
        assert!(error.contains(expected), "{error}");
    }
    let error = changed(r#""system""#, r#""sistem""#);
    assert!(error.contains("unknown field"), "{error}");
}

#[test]
fn paths_in_a_lock_stay_in_the_store() {
    let path = format!("{ZLIB:?}");
    for bad in [
        r#""/etc""#.into(),
        r#""/nix/store/../../etc""#.into(),
        r#""/nix/store/short-zlib""#.into(),
        r#""/nix/store/0123456789abcdfghijklmnpqrsvwxyz""#.into(),
        r#""/nix/store/0123456789abcdefghijklmnopqrstuv-zlib""#.into(),
        format!(r#""{ZLIB}/lib""#),
    ] {
        let error = changed(&format!("{path},\n"), &format!("{bad},\n"));
        assert!(error.contains("is no store path"), "{bad}: {error}");
    }
    for bad in ["../libz.so.1", "/etc/libz.so.1", "", ".", "lib/../../x"] {
        let error = changed("libz.so.1", bad);
        assert!(error.contains("is no library of"), "{bad}: {error}");
    }
    for bad in ["/etc/ld.so", &format!("{ZLIB}/../x/ld.so"), ZLIB, "ld.so"] {
        let error = changed(&format!("{ZLIB}/lib/ld-linux-x86-64.so.2"), bad);
        assert!(
            error.contains("is in none of its packages"),
            "{bad}: {error}"
        );
    }
}

#[test]
fn nixpkgs_is_a_revision_and_no_other_place() {
    for bad in ["nixos-unstable", "github:someone/else", ""] {
        let error = changed("0123456789abcdef0123456789abcdef01234567", bad);
        assert!(error.contains("is no revision of nixpkgs"), "{error}");
    }
}

#[test]
fn a_lock_is_for_one_build_of_a_program() {
    let lock = lock();
    let identity = identity();
    assert!(lock.check_program(&identity, "x86_64-linux").is_ok());
    let refused = |lock: &Lock, identity: &ProgramIdentity, system: &str| {
        lock.check_program(identity, system)
            .unwrap_err()
            .to_string()
    };
    let error = refused(&lock, &identity, "aarch64-linux");
    assert!(error.contains("for sh on x86_64-linux"), "{error}");
    // The same short identity, and another build-id.
    let mut other = identity.clone();
    other.build_id.as_mut().unwrap().push(1);
    let error = refused(&lock, &other, "x86_64-linux");
    assert!(error.contains("another build of sh"), "{error}");
    let mut other = lock.clone();
    other.identity = "0000000000000000".into();
    let error = refused(&other, &identity, "x86_64-linux");
    assert!(error.contains("another build of sh"), "{error}");
}

#[test]
fn a_file_that_is_no_text_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lock.json");
    let message = || format!("{:#}", Lock::read(&file).unwrap_err());
    assert!(message().contains("No such file"));
    fs::write(&file, [0xff, 0xfe]).unwrap();
    assert!(message().contains("UTF-8"), "{}", message());
    fs::write(&file, vec![b' '; 1 << 20]).unwrap();
    assert!(message().contains("JSON"), "{}", message());
    fs::write(&file, vec![b' '; (1 << 20) + 1]).unwrap();
    assert!(message().contains("too long"), "{}", message());
    let error = format!("{:#}", Lock::read(folder.path()).unwrap_err());
    assert!(error.contains("it is no file"), "{error}");
}
