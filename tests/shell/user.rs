//! A user with an index and foreign programs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::common;
use crate::nix::{self, Answer};
use crate::nix_index::{Database, Package};

/// Libraries and who has them, as a test wants it: attribute, output, library.
pub type Packages<'a> = &'a [(&'a str, &'a str, &'a str)];

/// What most tests know: a library of this machine, and two that are nowhere.
pub const USUAL: Packages<'_> = &[
    ("zlib", "out", "libz.so.1"),
    ("openssl", "out", "libmissing.so.3"),
    ("xorg.libX11", "out", "libalso.so.6"),
];

/// A home with an index, and a folder for programs.
pub struct User(TempDir);

/// What ldshim printed.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl User {
    /// Without an index.
    pub fn new() -> Self {
        // Wherever the clone is: a script cannot name an interpreter whose path has spaces.
        let user = Self(tempfile::tempdir_in("/tmp").unwrap());
        // Libraries that are linked against, and then nowhere.
        for library in ["libmissing.so.3", "libalso.so.6"] {
            user.library(library);
        }
        user
    }

    /// With an index of these packages.
    pub fn with_index(packages: Packages<'_>) -> Self {
        Self::with_index_of(packages, true)
    }

    /// With an index of packages that have attributes of their own, or are parts of those that have.
    pub fn with_index_of(packages: Packages<'_>, is_top_level: bool) -> Self {
        let user = Self::new();
        let mut database = Database::new(Vec::new(), 3).unwrap();
        for &(attribute, output, library) in packages {
            let same = packages
                .iter()
                .position(|it| (it.0, it.1) == (attribute, output));
            let digit = char::from_digit(u32::try_from(same.unwrap()).unwrap(), 10).unwrap();
            let package = Package {
                output,
                is_top_level,
                ..Package::new(digit, attribute, "package-1.0")
            };
            let path = format!("/lib/{library}");
            database.package(&package, [("100x", &*path)]).unwrap();
        }
        fs::write(user.path("files"), database.finish().unwrap()).unwrap();
        let ran = user.ldshim(&["index", "import", "files"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        user
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Makes a library without anything in it but its soname.
    pub fn library(&self, name: &str) {
        self.cc("", &["-shared", "-o", name, &format!("-Wl,-soname,{name}")]);
    }

    /// Compiles in the folder.
    pub fn cc(&self, source: &str, args: &[&str]) {
        fs::write(self.path("source.c"), source).unwrap();
        let mut cc = Command::new("cc");
        cc.current_dir(self.0.path()).arg("source.c").args(args);
        assert!(cc.status().unwrap().success(), "{args:?}");
    }

    /// Makes a program that needs these libraries.
    pub fn program(&self, name: &str, libraries: &[&str]) {
        let libraries: Vec<_> = libraries.iter().map(|it| format!("-l:{it}")).collect();
        let mut args = vec!["-o", name, "-L.", "-Wl,--no-as-needed"];
        args.extend(libraries.iter().map(String::as_str));
        self.cc("int main(void) { return 0; }", &args);
    }

    /// Runs ldshim in the folder, with a home and variables of its own.
    pub fn ldshim(&self, args: &[&str]) -> Ran {
        self.run(args, &[])
    }

    /// The same with variables.
    pub fn run(&self, args: &[&str], variables: &[(&str, &str)]) -> Ran {
        let mut ldshim = Command::new(env!("CARGO_BIN_EXE_ldshim"));
        ldshim
            .current_dir(self.0.path())
            .args(args)
            .env("HOME", self.0.path());
        for name in [
            "XDG_CACHE_HOME",
            "XDG_STATE_HOME",
            "LD_LIBRARY_PATH",
            "NIX_LD",
            "NIX_LD_LIBRARY_PATH",
            "LDSHIM_STUB",
        ] {
            ldshim.env_remove(name);
        }
        ldshim.envs(variables.iter().copied());
        let Output {
            status,
            stdout,
            stderr,
        } = ldshim.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran {
            code: status.code(),
            stdout: text(stdout),
            stderr: text(stderr),
        }
    }

    /// The file for programs, whose every library has a package.
    pub fn file(&self, format: &str, programs: &[&str]) -> String {
        let ran = self.ldshim(&[&["shell", "--format", format], programs].concat());
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ran.stdout
    }

    /// Makes a 32-bit program that needs a missing library. No compiler for it is needed: it has no code.
    pub fn program_for_i686(&self, name: &str) {
        fs::write(self.path("source.s"), ".globl _start\n_start: ret\n").unwrap();
        let run = |program: &str, args: &[&str]| {
            let mut command = Command::new(program);
            let status = command.current_dir(self.0.path()).args(args).status();
            assert!(status.unwrap().success(), "{program} {args:?}");
        };
        run("as", &["--32", "-o", "source.o", "source.s"]);
        run(
            "ld",
            &[
                "-m",
                "elf_i386",
                "-shared",
                "-o",
                "libm32.so",
                "-soname",
                "libmissing.so.3",
                "source.o",
            ],
        );
        let loader = ["-dynamic-linker", "/lib/ld-linux.so.2"];
        run(
            "ld",
            &[
                &["-m", "elf_i386", "-o", name],
                &loader[..],
                &["source.o", "libm32.so"],
            ]
            .concat(),
        );
    }

    /// The loader of glibc for those.
    pub fn loader_for_i686(&self) -> String {
        let path = common::store_path("libc6-i386-cross").join("lib/ld-linux.so.2");
        path.into_os_string().into_string().unwrap()
    }

    /// The file for such a program.
    pub fn file_for_i686(&self, format: &str) -> String {
        self.program_for_i686("tool32");
        let loader = self.loader_for_i686();
        let ran = self.run(
            &["shell", "--format", format, "tool32"],
            &[("NIX_LD_i686_linux", &loader)],
        );
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ran.stdout
    }
}

/// That nixfmt leaves a file as it is, that deadnix finds nothing in vain, and that it parses.
pub fn assert_well_formed(text: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file.nix");
    fs::write(&file, text).unwrap();
    let tool = |name: &str, flag: &str| -> Answer {
        let tool = common::target().join("tools/bin").join(name);
        assert!(
            tool.is_file(),
            "no {}; run `cargo xtask fetch`",
            tool.display()
        );
        nix::run(Command::new(tool).arg(flag).arg(&file))
    };
    parse(&file).unwrap_or_else(|error| panic!("{error}\n{text}"));
    if tool("nixfmt", "--check").is_err() {
        tool("nixfmt", "--verify").unwrap();
        let formatted = fs::read_to_string(&file).unwrap();
        panic!("nixfmt makes of it:\n{formatted}\nit was:\n{text}");
    }
    tool("deadnix", "--fail").unwrap_or_else(|error| panic!("{error}\n{text}"));
}

fn parse(file: &Path) -> Answer {
    nix::run(nix::command("nix-instantiate").arg("--parse").arg(file))
}
