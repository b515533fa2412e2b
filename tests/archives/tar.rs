//! `tar.zst` and `tar.gz`, and what all formats have in common.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::Command;

use ldshim::bundle::archive::{Format, manifest_of};

use crate::made::{Made, run};

const ALL: [(Format, &str); 5] = [
    (Format::TarZst, "hello.tar.zst"),
    (Format::TarGz, "hello.tar.gz"),
    (Format::Deb, "hello.deb"),
    (Format::Rpm, "hello.rpm"),
    (Format::Run, "hello.run"),
];

#[test]
fn tar_unpacks_what_was_in_the_folder() {
    let made = Made::new();
    for (format, name) in &ALL[..2] {
        let (archive, _) = made.write(*format, name).unwrap();
        let out = made.path(&format!("out of {name}"));
        fs::create_dir(&out).unwrap();
        run(Command::new("tar")
            .arg("-C")
            .arg(&out)
            .arg("-xf")
            .arg(&archive));
        let unpacked = out.join("hello-2.12");
        run(Command::new("diff")
            .arg("-r")
            .arg("--no-dereference")
            .arg(made.bundle())
            .arg(&unpacked));
        let show = Command::new(unpacked.join("bin/show"))
            .arg("x")
            .status()
            .unwrap();
        assert_eq!(show.code(), Some(2));
        assert_eq!(
            run(&mut Command::new(unpacked.join("bin/greet"))),
            "hello\n"
        );
    }
}

#[test]
fn tar_lists_root_and_one_time() {
    let made = Made::new();
    let (archive, _) = made.write(Format::TarGz, "hello.tar.gz").unwrap();
    let list = run(Command::new("tar")
        .env("TZ", "UTC")
        .arg("--full-time")
        .arg("-tvf")
        .arg(&archive));
    assert_eq!(list.lines().count(), 18, "{list}");
    for line in list.lines() {
        assert!(
            line.contains("root/root") && line.contains("1970-01-01 00:00:01"),
            "{line}"
        );
    }
}

#[test]
fn the_same_folder_gives_the_same_bytes() {
    let made = Made::new();
    let again = Made::new();
    // Neither times nor modes of the folder count, nor the order in which its files were made.
    for place in ["lib/libbig.so.1", "bundle.json"] {
        let file = again.bundle().join(place);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        run(Command::new("touch").args(["-d", "2001-02-03"]).arg(&file));
    }
    for (format, name) in ALL {
        let first = fs::read(made.write(format, name).unwrap().0).unwrap();
        let second = fs::read(again.write(format, name).unwrap().0).unwrap();
        assert!(first == second, "{name}");
    }
}

#[test]
fn every_format_can_be_asked_what_is_in_it() {
    let made = Made::new();
    assert_eq!(manifest_of(&made.bundle()).unwrap(), made.manifest);
    for (format, name) in ALL {
        let (archive, summary) = made.write(format, name).unwrap();
        assert_eq!(manifest_of(&archive).unwrap(), made.manifest, "{name}");
        let status = fs::metadata(&archive).unwrap();
        assert_eq!(status.len(), summary.packed);
        let mode = if format == Format::Run { 0o755 } else { 0o644 };
        assert_eq!(status.mode() & 0o7777, mode);
    }
}

#[test]
fn a_damaged_archive_is_said_to_be_one() {
    let made = Made::new();
    for (format, name) in ALL {
        let (archive, _) = made.write(format, name).unwrap();
        let bytes = fs::read(&archive).unwrap();
        for length in [0, 1, 8, 60, 100, 300] {
            fs::write(&archive, &bytes[..length]).unwrap();
            let error = format!("{:#}", manifest_of(&archive).unwrap_err());
            assert!(
                error.starts_with("cannot read the bundle "),
                "{name}: {error}"
            );
        }
    }
}

#[test]
fn what_has_changed_since_is_not_archived() {
    let made = Made::new();
    let out = made.path("hello.tar.zst");
    fs::write(&out, "old").unwrap();
    let mut big = vec![7; 5 << 20];
    big[5] = 8;
    fs::write(made.bundle().join("lib/libbig.so.1"), big).unwrap();
    let error = format!(
        "{:#}",
        made.write(Format::TarZst, "hello.tar.zst").unwrap_err()
    );
    assert!(
        error.contains("libbig.so.1 has changed since bundle.json was written"),
        "{error}"
    );
    assert_eq!(fs::read(&out).unwrap(), b"old");
    let names: Vec<_> = fs::read_dir(made.folder.path())
        .unwrap()
        .map(|it| it.unwrap().file_name())
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

#[test]
fn what_is_missing_is_named() {
    let made = Made::new();
    fs::remove_file(made.bundle().join("lib/libbig.so")).unwrap();
    for (format, name) in ALL {
        let error = format!("{:#}", made.write(format, name).unwrap_err());
        assert!(error.contains("lib/libbig.so: No such file"), "{error}");
        assert!(!made.path(name).exists());
    }
}
