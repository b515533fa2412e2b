//! The roots.

use std::fs;
use std::path::{Path, PathBuf};

use ldshim::sandbox::Root;

use crate::common::{store_path, target};

/// A root without Nix.
pub struct Elsewhere {
    /// What tests in it are called.
    pub name: &'static str,
    base: Base,
    /// Whether /proc is mounted.
    pub has_proc: bool,
}

enum Base {
    /// Packages of a Debian suite.
    Suite(&'static str),
    /// musl's loader at the place of Alpine, and a busybox that needs none.
    Musl,
    /// A busybox that needs no loader.
    Busybox,
}

const fn debian(name: &'static str, suite: &'static str) -> Elsewhere {
    Elsewhere {
        name,
        base: Base::Suite(suite),
        has_proc: true,
    }
}

/// All of them.
pub const ROOTS: &[Elsewhere] = &[
    debian("debian_11", "bullseye"),
    debian("debian_12", "bookworm"),
    debian("debian_13", "trixie"),
    debian("debian_sid", "sid"),
    Elsewhere {
        name: "musl",
        base: Base::Musl,
        has_proc: true,
    },
    Elsewhere {
        name: "busybox_without_proc",
        base: Base::Busybox,
        has_proc: false,
    },
];

/// What a root has of its own, or the tests put there.
const LEFT_OUT: [&str; 5] = ["proc", "dev", "tmp", "opt", "nix"];

impl Elsewhere {
    /// The root, with /dev of this system, and /proc if it has one.
    pub fn root(&self) -> Root {
        let mut root = Root::new().bind("/dev", "/dev");
        if self.has_proc {
            root = root.bind("/proc", "/proc");
        }
        match self.base {
            Base::Suite(suite) => of_suite(root, suite),
            Base::Musl => {
                let musl = store_path("musl").join("lib/libc.so");
                with_busybox(root).bind_read_only(musl, "/lib/ld-musl-x86_64.so.1")
            }
            Base::Busybox => with_busybox(root),
        }
    }

    /// A path of a busybox in it.
    pub fn busybox(&self) -> &'static str {
        match self.base {
            // Where /usr is merged, /bin leads there.
            Base::Suite("bullseye" | "bookworm") | Base::Musl | Base::Busybox => "/bin/busybox",
            Base::Suite(_) => "/usr/bin/busybox",
        }
    }
}

fn of_suite(mut root: Root, suite: &str) -> Root {
    let folder = target().join("roots").join(suite).join("root");
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| {
        panic!(
            "{}: {error}; run `cargo xtask fetch` first",
            folder.display()
        )
    });
    for entry in entries {
        let path: PathBuf = entry.expect("it can be listed").path();
        let name = path.file_name().expect("a name");
        if LEFT_OUT.iter().any(|it| name == *it) {
            continue;
        }
        let place = Path::new("/").join(name);
        root = match path.read_link() {
            Ok(target) => root.link(target, place),
            Err(_) => root.bind_read_only(path, place),
        };
    }
    root
}

fn with_busybox(root: Root) -> Root {
    let busybox = store_path("busybox-static").join("bin/busybox");
    root.bind_read_only(busybox, "/bin/busybox")
        .link("busybox", "/bin/sh")
        .program(b"root:x:0:0:root:/root:/bin/sh\n".to_vec(), "/etc/passwd")
}
