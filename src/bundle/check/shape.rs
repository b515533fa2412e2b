//! The shapes of distributions, as data.

/// Where a distribution has its libraries.
#[derive(Debug)]
pub struct Shape {
    /// Whose shape it is.
    pub name: &'static str,
    /// Folders of libraries. `TRIPLET` stands for the architecture's, as Debian names it.
    pub libraries: &'static [&'static str],
    /// Links: where, and to what.
    pub links: &'static [(&'static str, &'static str)],
    /// Whether glibc's loader is there, with a list of all libraries.
    pub has_glibc: bool,
    /// Whether musl's loader is there.
    pub has_musl: bool,
    /// Whether /proc is mounted.
    pub has_proc: bool,
}

/// What stands in [`Shape::libraries`] for a name such as `x86_64-linux-gnu`.
pub const TRIPLET: &str = "TRIPLET";

/// All of them.
pub const SHAPES: [Shape; 5] = [
    Shape {
        name: "Debian and Ubuntu",
        libraries: &["/usr/lib/TRIPLET", "/usr/local/lib"],
        links: &[
            ("/lib", "usr/lib"),
            ("/lib64", "usr/lib64"),
            ("/bin", "usr/bin"),
        ],
        has_glibc: true,
        has_musl: false,
        has_proc: true,
    },
    Shape {
        name: "Fedora and openSUSE",
        libraries: &["/usr/lib64"],
        links: &[
            ("/lib", "usr/lib"),
            ("/lib64", "usr/lib64"),
            ("/bin", "usr/bin"),
        ],
        has_glibc: true,
        has_musl: false,
        has_proc: true,
    },
    Shape {
        name: "Arch",
        libraries: &["/usr/lib"],
        links: &[
            ("/lib", "usr/lib"),
            ("/lib64", "usr/lib"),
            ("/bin", "usr/bin"),
        ],
        has_glibc: true,
        has_musl: false,
        has_proc: true,
    },
    Shape {
        name: "Alpine",
        libraries: &["/lib", "/usr/lib"],
        links: &[],
        has_glibc: false,
        has_musl: true,
        has_proc: true,
    },
    Shape {
        name: "a system with nothing but a shell, not even /proc",
        libraries: &[],
        links: &[],
        has_glibc: false,
        has_musl: false,
        has_proc: false,
    },
];
