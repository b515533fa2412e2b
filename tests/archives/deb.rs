//! Packages of Debian, by dpkg, apt and lintian.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use ldshim::bundle::archive::Format;

use crate::made::{Made, as_root, run};

/// A root that dpkg has installed nothing into yet.
struct Root(tempfile::TempDir);

impl Root {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let database = root.path().join("var/lib/dpkg");
        for folder in ["info", "updates"] {
            fs::create_dir_all(database.join(folder)).unwrap();
        }
        for file in ["status", "available"] {
            fs::write(database.join(file), "").unwrap();
        }
        Self(root)
    }

    fn dpkg(&self) -> Command {
        let mut dpkg = as_root("dpkg");
        // The database alone: a package without scripts needs nothing else of a system.
        dpkg.arg(format!("--root={}", self.0.path().display()));
        dpkg.args(["--force-not-root", "--log=/dev/null"]);
        dpkg
    }

    /// apt that knows no other packages, and calls that dpkg.
    fn apt(&self) -> Command {
        let root = self.0.path().display();
        for folder in [
            "var/lib/apt/lists/partial",
            "var/cache/apt/archives/partial",
        ] {
            fs::create_dir_all(self.0.path().join(folder)).unwrap();
        }
        let configuration = self.0.path().join("var/apt.conf");
        let text = format!(
            "Dir \"{root}\";\n\
             Dir::State::status \"{root}/var/lib/dpkg/status\";\n\
             Dir::Etc::parts \"/dev/null\";\n\
             Dir::Bin::dpkg \"/usr/bin/dpkg\";\n\
             Dir::Log \"/dev/null\";\n\
             DPkg::Options {{ \"--root={root}\"; \"--force-not-root\"; \"--log=/dev/null\"; }};\n\
             APT::Sandbox::User \"root\";\n\
             APT::Architecture \"amd64\";\n"
        );
        fs::write(&configuration, text).unwrap();
        let mut apt = as_root("apt-get");
        apt.arg("--yes").env("APT_CONFIG", configuration);
        apt
    }

    /// All files and links but those of dpkg's database.
    fn files(&self) -> Vec<PathBuf> {
        let list = run(Command::new("find").arg(self.0.path()).args([
            "-mindepth",
            "1",
            "-path",
            "*/var*",
            "-prune",
            "-o",
            "-print",
        ]));
        let files = list.lines().map(|it| {
            Path::new(it)
                .strip_prefix(self.0.path())
                .unwrap()
                .to_owned()
        });
        files.filter(|it| !it.starts_with("var")).collect()
    }
}

fn package(made: &Made) -> PathBuf {
    made.write(Format::Deb, "hello.deb").unwrap().0
}

#[test]
fn dpkg_installs_programs_that_run() {
    let (made, root) = (Made::new(), Root::new());
    run(root.dpkg().arg("-i").arg(package(&made)));
    let program = root.0.path().join("usr/bin/greet");
    assert_eq!(
        fs::read_link(&program).unwrap(),
        Path::new("../lib/hello-bundle/bin/greet")
    );
    let installed = root.0.path().join("usr/lib/hello-bundle");
    assert_eq!(
        run(&mut Command::new(installed.join("bin/greet"))),
        "hello\n"
    );
    run(Command::new("diff")
        .arg("-r")
        .arg("--no-dereference")
        .arg(made.bundle())
        .arg(&installed));
    let verified = run(root.dpkg().arg("--verify"));
    assert_eq!(verified, "");
    fs::write(installed.join("lib/libbig.so.1"), "").unwrap();
    let output = root.dpkg().arg("--verify").output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("lib/libbig.so.1"));
}

#[test]
fn the_next_version_takes_its_place_and_purge_leaves_nothing() {
    let (old, new, root) = (Made::new(), Made::of_version("2.13"), Root::new());
    let mut new = new;
    new.file("share/new", b"new", false);
    new.save();
    run(root.dpkg().arg("-i").arg(package(&old)));
    run(root.dpkg().arg("-i").arg(package(&new)));
    let status = run(root.dpkg().arg("-s").arg("hello-bundle"));
    assert!(
        status.contains("Version: 2.13") && status.contains("Status: install ok installed"),
        "{status}"
    );
    assert!(root.files().iter().any(|it| it.ends_with("share/new")));
    // And back: what is no longer in it goes.
    run(root
        .dpkg()
        .arg("--force-downgrade")
        .arg("-i")
        .arg(package(&old)));
    assert!(!root.files().iter().any(|it| it.ends_with("share/new")));
    run(root.dpkg().args(["--purge", "hello-bundle"]));
    assert_eq!(root.files(), Vec::<PathBuf>::new());
}

#[test]
fn apt_installs_it_from_its_file_and_purges_it() {
    let (made, root) = (Made::new(), Root::new());
    run(root.apt().arg("install").arg(package(&made)));
    let program = root.0.path().join("usr/lib/hello-bundle/bin/greet");
    assert_eq!(run(&mut Command::new(program)), "hello\n");
    // The negative control: apt knows nothing of another name.
    let output = root.apt().args(["purge", "hello"]).output().unwrap();
    assert!(!output.status.success());
    run(root.apt().args(["purge", "hello-bundle"]));
    assert_eq!(root.files(), Vec::<PathBuf>::new());
}

#[test]
fn a_program_that_another_package_has_is_not_overwritten() {
    let (made, root) = (Made::new(), Root::new());
    let other = made.path("other");
    for (file, text) in [
        (
            "DEBIAN/control",
            "Package: other\nVersion: 1\nArchitecture: all\nMaintainer: A <a@b.c>\nDescription: other\n",
        ),
        ("usr/bin/greet", "other\n"),
    ] {
        fs::create_dir_all(other.join(file).parent().unwrap()).unwrap();
        fs::write(other.join(file), text).unwrap();
    }
    // dpkg-deb wants these rights, whatever the umask.
    fs::set_permissions(other.join("DEBIAN"), fs::Permissions::from_mode(0o755)).unwrap();
    let built = made.path("other.deb");
    run(Command::new("dpkg-deb")
        .args(["--root-owner-group", "-b"])
        .arg(&other)
        .arg(&built));
    run(root.dpkg().arg("-i").arg(&built));
    let output = root.dpkg().arg("-i").arg(package(&made)).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && said.contains("trying to overwrite '/usr/bin/greet'"),
        "{said}"
    );
    assert_eq!(
        fs::read_to_string(root.0.path().join("usr/bin/greet")).unwrap(),
        "other\n"
    );
    assert!(!root.files().iter().any(|it| it.starts_with("usr/lib")));
}

#[test]
fn lintian_finds_no_errors() {
    let made = Made::new();
    let package = package(&made);
    let mut lintian = Command::new("lintian");
    lintian.args([
        "--allow-root",
        "--fail-on",
        "error,warning",
        "--tag-display-limit",
        "0",
    ]);
    let output = lintian.arg(&package).output().expect("lintian");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
}
