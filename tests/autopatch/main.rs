//! `ldshim autopatch`: trees that the compiler makes, with the machine's own loader.

#[path = "../common/mod.rs"]
#[expect(dead_code, unused_imports, reason = "other tests need more of it")]
mod common;
mod interrupted;
#[path = "../patch/made.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod made;

#[path = "../common/nix_index.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod nix_index;
#[path = "../common/terminal.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod terminal;
mod versions;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;

use common::{Ran, platform};
use made::{Made, PADDED, printed, run};
use nix_index::{Database, Package};

/// A tree with a program in `out/bin`, of which one library is in `out/lib` and another in `libs`.
struct Tree {
    made: Made,
}

impl Tree {
    fn new() -> Self {
        let made = Made::new(PADDED);
        for folder in ["out/bin", "out/lib/deep", "libs"] {
            fs::create_dir_all(made.path(folder)).unwrap();
        }
        made.write("other.c", "int other(void) { return 0; }");
        made.compile("libs/libother.so", "other.c", &["-shared", "-fPIC"]);
        made.write("main.c", "#include <stdio.h>\nint value(void); int other(void);\nint main(void) { printf(\"%d\", value() + other()); return 0; }");
        let libraries =
            [made.library(), made.path("libs/libother.so")].map(|it| it.display().to_string());
        made.compile(
            "out/bin/app",
            "main.c",
            &[
                "-L/nowhere",
                &libraries[0],
                &format!("-L{}", made.path("libs").display()),
                "-lother",
            ],
        );
        fs::rename(made.library(), made.path("out/lib/deep/libmade.so")).unwrap();
        Self { made }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.made.path(name)
    }

    fn app(&self) -> PathBuf {
        self.path("out/bin/app")
    }

    /// `ldshim autopatch` for this tree with the machine's loader.
    fn autopatch(&self, arguments: &[&str]) -> Ran {
        Ran::of(&mut self.command(arguments))
    }

    /// The same, not started yet.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ldshim"));
        command
            .arg("autopatch")
            .arg("--loader")
            .arg(loader())
            .env_remove("NIX_BINTOOLS");
        command
            .env("HOME", self.path("home"))
            .env_remove("XDG_CACHE_HOME");
        command.args(arguments).current_dir(self.path("out"));
        command
    }

    fn libs(&self) -> String {
        self.path("libs").display().to_string()
    }
}

fn loader() -> &'static str {
    platform().architecture.loader_path
}

#[test]
fn each_file_finds_what_it_needs_and_nothing_else_is_searched() {
    let tree = Tree::new();
    assert_eq!(run(&tree.app()).code, Some(127));
    let ran = tree
        .autopatch(&["--paths", ".", "--libs", &tree.libs()])
        .succeeded();
    assert!(
        ran.stdout.contains("setting interpreter of ./bin/app"),
        "{}",
        ran.stdout
    );
    assert_eq!(run(&tree.app()).stdout, "42");
    let deep = fs::canonicalize(tree.path("out/lib/deep")).unwrap();
    assert_eq!(
        printed("rpath", &tree.app()),
        format!("{}:{}", deep.display(), tree.libs())
    );
    assert_eq!(printed("interpreter", &tree.app()), loader());
    // The library needs nothing but the C library, which the loader finds.
    assert_eq!(printed("rpath", &tree.path("out/lib/deep/libmade.so")), "");
}

#[test]
fn the_same_again_changes_nothing_and_undo_gives_back_the_tree() {
    let tree = Tree::new();
    let original = fs::read(tree.app()).unwrap();
    let arguments = ["--paths", ".", "--libs", &tree.libs()];
    drop(tree.autopatch(&arguments).succeeded());
    let once = fs::read(tree.app()).unwrap();
    assert!(once != original);
    drop(tree.autopatch(&arguments).succeeded());
    assert!(fs::read(tree.app()).unwrap() == once);
    let ran = tree.autopatch(&["--undo", "."]).succeeded();
    assert_eq!(ran.stdout, "1 file is as it was\n");
    assert!(fs::read(tree.app()).unwrap() == original);
}

#[test]
fn all_that_is_missing_is_told_at_once_and_may_be_ignored() {
    let tree = Tree::new();
    let ran = tree.autopatch(&["--paths", ".", "--ignore-existing"]);
    assert_eq!(ran.code, Some(1));
    for name in ["libmade.so", "libother.so"] {
        let line = format!(
            "error: auto-patchelf could not satisfy dependency {name} wanted by ./bin/app\n"
        );
        assert!(ran.stdout.contains(&line), "{}", ran.stdout);
    }
    assert!(
        ran.stdout
            .contains("auto-patchelf: 2 dependencies could not be satisfied\n")
    );
    assert!(
        ran.stderr
            .starts_with("auto-patchelf failed to find all the required dependencies."),
        "{}",
        ran.stderr
    );
    let ran = tree.autopatch(&[
        "--paths",
        ".",
        "--ignore-existing",
        "--ignore-missing",
        "libma*",
        "libother.so",
    ]);
    assert!(
        ran.succeeded()
            .stdout
            .contains("warn: auto-patchelf ignoring missing libmade.so wanted by ./bin/app\n")
    );
}

#[test]
fn search_paths_begin_and_end_with_what_is_asked_for() {
    let tree = Tree::new();
    let extra = [
        "--runtime-dependencies",
        "/first",
        "--append-rpaths",
        "/last",
        "/more",
        "--extra-args",
        "--force-rpath",
    ];
    drop(
        tree.autopatch(&[&["--paths", ".", "--libs", &tree.libs()][..], &extra].concat())
            .succeeded(),
    );
    let path = printed("rpath", &tree.app());
    assert!(
        path.starts_with("/first:") && path.ends_with(":/last:/more"),
        "{path}"
    );
    let tags = Ran::of(Command::new("readelf").arg("-d").arg(tree.app())).stdout;
    assert!(
        tags.contains("(RPATH)") && !tags.contains("(RUNPATH)"),
        "{tags}"
    );
    // A library is no program: it gets what is last only.
    assert_eq!(
        printed("rpath", &tree.path("out/lib/deep/libmade.so")),
        "/last:/more"
    );
}

#[test]
fn origin_stays_where_it_is_asked_for() {
    let tree = Tree::new();
    drop(
        made::patch(
            &["--no-undo", "--set-rpath", "$ORIGIN/x:/gone"],
            &[&tree.app()],
        )
        .succeeded(),
    );
    let arguments = ["--paths", ".", "--libs", &tree.libs(), "--preserve-origin"];
    drop(tree.autopatch(&arguments).succeeded());
    let path = printed("rpath", &tree.app());
    assert!(
        path.starts_with("$ORIGIN/x:") && !path.contains("/gone"),
        "{path}"
    );
}

#[test]
fn what_is_not_for_the_target_is_passed_over_with_a_reason() {
    let tree = Tree::new();
    tree.made.write("static.c", "int main(void) { return 0; }");
    tree.made.compile("out/static", "static.c", &["-static"]);
    tree.made.compile("out/object.o", "static.c", &["-c"]);
    tree.made.write("out/text.so", "no library");
    let mut other = fs::read(tree.app()).unwrap();
    other[18..20].copy_from_slice(&183u16.to_le_bytes());
    fs::write(tree.path("out/other"), &other).unwrap();
    symlink("bin/app", tree.path("out/link")).unwrap();
    let ran = tree
        .autopatch(&["--paths", ".", "--libs", &tree.libs()])
        .succeeded();
    for line in [
        "skipping ./static because it is statically linked\n",
        "skipping ./object.o because it contains no segment\n",
        "skipping ./other because its architecture (AArch64) differs from target (x64)\n",
    ] {
        assert!(ran.stdout.contains(line), "{line}{}", ran.stdout);
    }
    assert!(!ran.stdout.contains("./link"), "{}", ran.stdout);
    assert!(fs::read(tree.path("out/other")).unwrap() == other);
}

#[test]
fn a_dry_run_changes_nothing_and_directories_below_are_left_alone_if_asked() {
    let tree = Tree::new();
    let original = fs::read(tree.app()).unwrap();
    let ran = tree
        .autopatch(&["--dry-run", "--paths", ".", "--libs", &tree.libs()])
        .succeeded();
    assert!(ran.stdout.contains("setting RPATH to: "), "{}", ran.stdout);
    let ran = tree
        .autopatch(&["--no-recurse", "--paths", ".", "--libs", &tree.libs()])
        .succeeded();
    assert!(
        !ran.stdout.contains("setting interpreter"),
        "{}",
        ran.stdout
    );
    assert!(fs::read(tree.app()).unwrap() == original);
}

#[test]
fn the_loader_and_the_c_library_are_those_of_the_compilers_wrapper() {
    let tree = Tree::new();
    fs::create_dir_all(tree.path("tools/nix-support")).unwrap();
    tree.made.write(
        "tools/nix-support/dynamic-linker",
        &format!("{}\n", loader()),
    );
    tree.made.write("tools/nix-support/orig-libc", "/nowhere\n");
    let libs = [tree.libs(), "/usr/lib".to_owned()];
    let mut command = Command::new(env!("CARGO_BIN_EXE_ldshim"));
    command
        .args(["autopatch", "--paths", ".", "--libs"])
        .args(libs)
        .env("NIX_BINTOOLS", tree.path("tools"));
    let ran = Ran::of(
        command
            .env("HOME", tree.path("home"))
            .current_dir(tree.path("out")),
    );
    // The C library is not where it was said to be.
    assert!(
        ran.stdout.contains("    libc.so.6 -> not found!"),
        "{ran:?}"
    );
    assert_eq!(printed("interpreter", &tree.app()), loader());
    let mut command = Command::new(env!("CARGO_BIN_EXE_ldshim"));
    let ran = Ran::of(
        command
            .args(["autopatch", "."])
            .env_remove("NIX_BINTOOLS")
            .current_dir(tree.path("out")),
    );
    drop(ran.failed_with("name it with --loader, or set NIX_BINTOOLS"));
}

#[test]
fn the_package_of_a_missing_library_is_named_where_there_is_an_index() {
    let tree = Tree::new();
    let mut database = Database::new(Vec::new(), 1).unwrap();
    database
        .package(
            &Package::new('0', "other", "other-1"),
            [("1x", "/lib/libother.so")],
        )
        .unwrap();
    let file = tree.path("files");
    fs::write(&file, database.finish().unwrap()).unwrap();
    let arguments = ["--paths", "."];
    let before = tree.autopatch(&arguments);
    assert!(!before.stdout.contains("hint: "), "{}", before.stdout);
    let mut import = Command::new(env!("CARGO_BIN_EXE_ldshim"));
    import
        .args(["index", "import"])
        .arg(&file)
        .env("HOME", tree.path("home"))
        .env_remove("XDG_CACHE_HOME");
    drop(Ran::of(&mut import).succeeded());
    let after = tree.autopatch(&arguments);
    assert_eq!(after.code, Some(1));
    let hint = "hint: libother.so is in pkgs.other: add it to buildInputs\n";
    assert!(after.stdout.contains(hint), "{}", after.stdout);
}

#[test]
fn the_drivers_own_libraries_are_told_to_be_in_no_package() {
    let tree = Tree::new();
    let libraries = tree.path("libs");
    fs::remove_file(libraries.join("libother.so")).unwrap();
    let driver = ["-shared", "-fPIC", "-Wl,-soname,libcuda.so.1"];
    tree.made.compile("libs/libcuda.so.1", "other.c", &driver);
    let driver = libraries.join("libcuda.so.1").display().to_string();
    tree.made.write(
        "main.c",
        "int other(void); int main(void) { return other(); }",
    );
    tree.made.compile("out/bin/app", "main.c", &[&driver]);
    let said = tree.autopatch(&["--paths", "."]);
    assert_eq!(said.code, Some(1));
    let hint = "hint: libcuda.so.1: it is the graphics driver's own";
    assert!(said.stdout.contains(hint), "{}", said.stdout);
    assert!(
        said.stdout.contains("--ignore-missing libcuda.so.1"),
        "{}",
        said.stdout
    );
}
