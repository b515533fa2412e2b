//! Packages of Debian: installed, upgraded and purged by the dpkg of each release, in a copy of its root that can be written to.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use tempfile::TempDir;

use crate::bundles::ldshim;
use crate::common::{Ran, target};
use crate::programs::store_program;

/// The Debian releases, each with the name of its test.
pub const RELEASES: &[(&str, &str)] = &[
    ("debian_11", "bullseye"),
    ("debian_12", "bookworm"),
    ("debian_13", "trixie"),
    ("debian_sid", "sid"),
];

/// What of a root is copied, as far as it is there: where dpkg works, and what it calls.
const COPIED: [&str; 7] = ["bin", "etc", "lib", "lib64", "sbin", "usr", "var/lib/dpkg"];

/// Two versions of a package with a program that no root has.
static PACKAGES: LazyLock<(TempDir, [PathBuf; 2])> = LazyLock::new(|| {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let packages = ["1.0", "1.1"].map(|version| {
        let out = folder.path().join(format!("{version}.deb"));
        let mut ldshim = ldshim();
        ldshim
            .args(["bundle", "--format", "deb", "--release", version, "--out"])
            .arg(&out)
            .arg(store_program("zstd").join("bin/zstd"));
        Ran::of(&mut ldshim).succeeded();
        out
    });
    (folder, packages)
});

/// A root that can be written to, with a dpkg that has installed nothing yet.
struct Machine(TempDir);

impl Machine {
    fn of(suite: &str) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let root = target().join("roots").join(suite).join("root");
        let parts = COPIED.iter().filter(|it| root.join(it).exists());
        let mut copy = Command::new("cp");
        copy.args(["-a", "--parents", "--target-directory"])
            .arg(folder.path());
        Ran::of(copy.args(parts).current_dir(&root)).succeeded();
        let database = folder.path().join("var/lib/dpkg");
        for name in ["info", "updates"] {
            fs::create_dir_all(database.join(name)).expect("a folder");
        }
        fs::write(database.join("status"), "").expect("a file");
        fs::create_dir(folder.path().join("tmp")).expect("a folder");
        Self(folder)
    }

    /// Runs a program of the root, as root there.
    fn ran(&self, program: &str, arguments: &[&str]) -> Ran {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "chroot"]);
        command.arg(self.0.path()).arg(program).args(arguments);
        command.env_clear();
        Ran::of(command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"))
    }

    fn run(&self, program: &str, arguments: &[&str]) -> String {
        self.ran(program, arguments).succeeded().stdout
    }

    fn install(&self, package: &Path) {
        fs::copy(package, self.0.path().join("tmp/package.deb")).expect("a copy");
        self.run("dpkg", &["--install", "/tmp/package.deb"]);
    }

    /// The version that dpkg says is installed.
    fn version(&self) -> String {
        let format = "--showformat=${Version} ${Status}";
        self.run("dpkg-query", &["--show", format, "zstd-bundle"])
    }

    /// All files, folders and links, but what dpkg notes.
    fn files(&self) -> BTreeSet<String> {
        let mut find = Command::new("find");
        find.args([
            ".", "-path", "./var", "-prune", "-o", "-path", "./tmp", "-prune", "-o", "-print",
        ]);
        let list = Ran::of(find.current_dir(self.0.path())).succeeded().stdout;
        list.lines().map(str::to_owned).collect()
    }
}

/// dpkg installs it, what it has installed runs, the next version takes its place, and purge leaves nothing.
pub fn is_installed_upgraded_and_purged(suite: &str) {
    let (_folder, [old, new]) = &*PACKAGES;
    let machine = Machine::of(suite);
    let before = machine.files();
    let compress = || {
        machine.ran(
            "zstd",
            &["-q", "-f", "/etc/passwd", "-o", "/tmp/passwd.zst"],
        )
    };
    // The negative control: the root has no such program.
    assert_eq!(compress().code, Some(127));
    for (package, version) in [(old, "1.0"), (new, "1.1")] {
        machine.install(package);
        assert_eq!(machine.version(), format!("{version} install ok installed"));
        compress().succeeded();
        let text = machine.run("zstd", &["-q", "-d", "-c", "/tmp/passwd.zst"]);
        assert!(text.starts_with("root:x:0:0:"), "{text}");
        assert_eq!(machine.run("dpkg", &["--verify", "zstd-bundle"]), "");
    }
    assert!(machine.files().len() > before.len());
    machine.run("dpkg", &["--purge", "zstd-bundle"]);
    assert_eq!(machine.files(), before);
    assert_eq!(
        machine.ran("dpkg-query", &["--show", "zstd-bundle"]).code,
        Some(1)
    );
}
