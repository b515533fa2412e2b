//! `ldshim pin`: which packages a program gets.

use std::fs;
use std::os::unix::fs::symlink;

use super::ground::Ground;
use crate::nix::{self, text};
use crate::world::compile;

/// From the first failure to a start that works.
pub fn a_program_that_misses_a_library_starts_once_it_is_pinned() {
    let ground = Ground::new();
    let program = ground.program("program", &["a"]);
    let package = ground.package("p", "a", 42);
    ground.add_to_index(&[&package]);
    ground.does_not_start(&program, &ground.soname("a"));
    let said = ground.pin(&["./program"]).succeeded().stdout;
    for part in [
        format!("{}: missing (needed by program)", ground.soname("a")),
        format!("from {}", package.display()),
        "because: the only package that has it".into(),
        format!("pinned: {}", program.display()),
    ] {
        assert!(said.contains(&part), "{part:?} is not in {said}");
    }
    ground.prints(&program, &[42]);
    let again = ground.pin(&["program"]).succeeded().stdout;
    assert!(again.contains("pinned anew"), "{again}");
    ground.prints(&program, &[42]);
}

pub fn a_dry_run_changes_nothing() {
    let ground = Ground::new();
    let program = ground.program("program", &["a"]);
    ground.add_to_index(&[&ground.package("p", "a", 42)]);
    let before = fs::read_dir(ground.world.folder())
        .expect("a folder")
        .count();
    let said = ground.pin(&["--dry-run", "./program"]).succeeded().stdout;
    assert!(said.contains("the only package that has it"), "{said}");
    assert!(!said.contains("pinned"), "{said}");
    let after = fs::read_dir(ground.world.folder())
        .expect("a folder")
        .count();
    assert_eq!(before, after);
    ground.does_not_start(&program, &ground.soname("a"));
}

/// Each line that is listed decides, and `--yes` takes the first.
pub fn where_nobody_can_be_asked_the_packages_are_listed() {
    let ground = Ground::new();
    let program = ground.program("program", &["a"]);
    let packages = [ground.package("one", "a", 1), ground.package("two", "a", 2)];
    ground.add_to_index(&[&packages[0], &packages[1]]);
    let told = ground
        .pin(&["./program"])
        .failed_with("fit equally well")
        .stderr;
    assert_eq!(ground.settled(&program), "nothing");
    let lines: Vec<_> = told
        .lines()
        .filter_map(|it| it.trim().strip_prefix("ldshim pin --select "))
        .filter_map(|it| it.strip_suffix(" ./program"))
        .collect();
    assert_eq!(lines.len(), 2, "{told}");
    let number = |line: &str| {
        if line.ends_with(text(&packages[0])) {
            1
        } else {
            2
        }
    };
    for line in &lines {
        ground.pin(&["--select", line, "./program"]).succeeded();
        ground.prints(&program, &[number(line)]);
    }
    let said = ground.pin(&["--yes", "./program"]).succeeded().stdout;
    assert!(said.contains("the first of several"), "{said}");
    ground.prints(&program, &[number(lines[0])]);
}

/// Of a file with a Nix expression, as nixpkgs is one.
pub fn an_attribute_can_be_selected_that_no_index_has() {
    let ground = Ground::new();
    let program = ground.program("program", &["a"]);
    let library = ground.library("made", "a", "7", &[]);
    let expression = format!(
        r#"{{ inner.made = derivation {{
            name = "{}made"; system = builtins.currentSystem; builder = "/bin/sh"; PATH = "/usr/bin:/bin";
            library = "${{builtins.path {{ path = {}; name = "library"; }}}}";
            args = [ "-euc" "mkdir -p $out/lib; cp $library $out/lib/{}" ];
        }}; }}"#,
        ground.world.unique(""),
        library.display(),
        ground.soname("a")
    );
    fs::write(ground.path("default.nix"), expression).expect("a file");
    let file = ground.path("default.nix");
    let select = format!("{}=inner.made", ground.soname("a"));
    let arguments = ["--nixpkgs", text(&file), "--select", &select, "./program"];
    let said = ground.pin(&arguments).succeeded().stdout;
    assert!(
        said.contains("from inner.made") && said.contains("selected by you"),
        "{said}"
    );
    ground.prints(&program, &[7]);
    let wrong = select.replace("made", "none");
    let arguments = ["--nixpkgs", text(&file), "--select", &wrong, "./program"];
    ground.pin(&arguments).failed_with("cannot get inner.none");
    ground.prints(&program, &[7]);
}

/// A library that a program loads by itself is not missing before.
pub fn a_library_can_be_selected_that_is_not_missing() {
    let ground = Ground::new();
    let soname = ground.soname("a");
    let source = format!(
        r#"#include <dlfcn.h>
        #include <stdio.h>
        int main(void) {{
            void *library = dlopen("{soname}", RTLD_NOW);
            int (*a)(void) = library ? (int (*)(void))dlsym(library, "a") : 0;
            printf("%d\n", a ? a() : 0);
        }}"#
    );
    let program = ground.program_of("program", &source, &[]);
    ground.prints(&program, &[0]);
    let package = ground.package("p", "a", 5);
    ground.add_to_index(&[&package]);
    let said = ground.pin(&["./program"]).succeeded().stdout;
    assert!(said.contains("finds all of its libraries"), "{said}");
    ground.prints(&program, &[0]);
    let select = format!("{soname}={}", package.display());
    ground.pin(&["--select", &select, "./program"]).succeeded();
    ground.prints(&program, &[5]);
}

/// Another version of the library may have it; which, only its user knows.
pub fn a_symbol_that_a_library_lacks_is_told() {
    let ground = Ground::new();
    let library = ground.path("libd.so");
    compile("int d = 1;", &library, &["-shared", "-fPIC"]);
    let source = "extern int d; int main(void) { return d; }";
    let program = ground.program_of("program", source, &[text(&library)]);
    compile("int other = 1;", &library, &["-shared", "-fPIC"]);
    let said = ground.pin(&["./program"]);
    let said = said.failed_with("libd.so has no symbol d (needed by program)");
    assert!(!said.stdout.contains("nothing to pin"), "{said:?}");
    assert_eq!(ground.settled(&program), "nothing");
}

pub fn a_program_that_misses_nothing_is_pinned_by_force_only() {
    let ground = Ground::new();
    let program = ground.program("program", &[]);
    let said = ground.pin(&["./program"]).succeeded().stdout;
    assert!(said.contains("nothing to pin\n"), "{said}");
    assert!(said.contains(": ldshim pin --force "), "{said}");
    assert_eq!(ground.settled(&program), "nothing");
    ground.pin(&["--force", "./program"]).succeeded();
    assert_eq!(ground.settled(&program), "pin");
    ground.prints(&program, &[]);
    let said = ground.pin(&["./program"]).succeeded().stdout;
    assert!(said.contains("Without its pin, too"), "{said}");
    assert_eq!(ground.settled(&program), "pin");
}

/// One version script per version.
fn versioned(ground: &Ground, package: &str, version: &str, answer: u32) -> std::path::PathBuf {
    let script = ground.path(version);
    fs::write(&script, format!("{version} {{ global: *; }};")).expect("a file");
    let argument = format!("-Wl,--version-script,{}", script.display());
    ground.library(package, "a", &answer.to_string(), &[&argument])
}

pub fn a_package_is_chosen_that_offers_the_symbol_versions() {
    let ground = Ground::new();
    versioned(&ground, "linked", "V_2", 0);
    let program = ground.program("program", &["a"]);
    // By its name the other one would come first.
    versioned(&ground, "a", "V_1", 1);
    versioned(&ground, "b", "V_2", 2);
    let packages = ["a", "b"].map(|it| ground.store(it));
    ground.add_to_index(&[&packages[0]]);
    ground.pin(&["./program"]).failed_with("none offers V_2");
    ground.add_to_index(&[&packages[1]]);
    let said = ground.pin(&["./program"]).succeeded().stdout;
    assert!(said.contains(text(&packages[1])), "{said}");
    ground.prints(&program, &[2]);
}

/// The library that the program has today is too old.
pub fn a_library_that_lacks_a_symbol_version_is_replaced() {
    let ground = Ground::new();
    versioned(&ground, "linked", "V_2", 0);
    let program = ground.program("program", &["a"]);
    let old = versioned(&ground, "old", "V_1", 1);
    ground.put_into_environment(&ground.soname("a"), &old);
    ground.does_not_start(&program, "version `V_2' not found");
    versioned(&ground, "new", "V_2", 2);
    ground.add_to_index(&[&ground.store("new")]);
    let said = ground.pin(&["./program"]).succeeded().stdout;
    assert!(said.contains("lacks V_2 (needed by program)"), "{said}");
    ground.prints(&program, &[2]);
}

/// Neither `lib` nor `lib64`, nor one folder below: there, other files are for the package's own programs.
pub fn a_library_in_a_folder_of_its_own_is_found() {
    let ground = Ground::new();
    let program = ground.program("program", &["a"]);
    let file = ground.library("p", "a", "9", &[]);
    let folder = ground.path("p/share/one/two");
    fs::create_dir_all(&folder).expect("a folder");
    fs::rename(&file, folder.join(ground.soname("a"))).expect("a file");
    ground.library("p", "other", "1", &[]);
    let path = format!("/share/one/two/{}", ground.soname("a"));
    ground.import(&[("p", &ground.store("p"), &path)]);
    ground.pin(&["./program"]).succeeded();
    ground.prints(&program, &[9]);
}

/// The index says where it is, and Nix gets it.
pub fn a_package_that_is_not_here_comes_from_a_binary_cache() {
    let ground = Ground::new();
    let program = ground.program("program", &["a"]);
    let package = ground.package("p", "a", 11);
    nix::copy_to_cache(&package);
    nix::delete(&package).expect("nobody needs it");
    let path = format!("/lib/{}", ground.soname("a"));
    ground.import(&[("set.p", &package, &path)]);
    let said = ground.pin(&["--dry-run", "./program"]).succeeded().stdout;
    assert!(said.contains("once they are here"), "{said}");
    assert!(!package.exists());
    let said = ground.pin(&["./program"]).succeeded().stdout;
    assert!(
        said.contains(&format!("from set.p ({})", package.display())),
        "{said}"
    );
    ground.prints(&program, &[11]);
}

/// Neither is here. One is small itself, but needs something big.
pub fn of_packages_that_are_not_here_the_smallest_is_taken() {
    let ground = Ground::new();
    let program = ground.program("program", &["a"]);
    let file = |path: &str, size: usize| {
        let path = ground.path(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, vec![0; size]).expect("a file");
    };
    file("needed/file", 3 << 20);
    file("zebra/file", 1 << 20);
    let needed = ground.store("needed");
    ground.library("apple", "a", "1", &[]);
    let big = ground.build("apple", &needed);
    let small = ground.package("zebra", "a", 2);
    let path = format!("/lib/{}", ground.soname("a"));
    ground.import(&[("apple", &big, &path), ("zebra", &small, &path)]);
    for package in [&big, &small] {
        nix::copy_to_cache(package);
    }
    // What has built it needs it as well.
    let query = [
        "--query",
        "--referrers-closure",
        text(&needed),
        text(&small),
    ];
    let all = nix::run("nix-store", &query);
    let delete: Vec<_> = ["--delete"].into_iter().chain(all.lines()).collect();
    nix::run("nix-store", &delete);
    assert!(!big.exists() && !small.exists() && !needed.exists());
    let said = ground.pin(&["./program"]).succeeded().stdout;
    let because = "because: adds the least to the store";
    assert!(said.contains(because), "{said}");
    ground.prints(&program, &[2]);
    assert!(!big.exists());
}

/// As a library environment has them, or a profile.
pub fn links_to_a_package_are_that_package() {
    let ground = Ground::new();
    let program = ground.program("program", &["a"]);
    let package = ground.package("p", "a", 13);
    let folder = ground.path("links/lib");
    fs::create_dir_all(&folder).expect("a folder");
    let soname = ground.soname("a");
    symlink(package.join("lib").join(&soname), folder.join(&soname)).expect("a link");
    let links = ground.store("links");
    ground.add_to_index(&[&links, &package]);
    let said = ground.pin(&["./program"]).succeeded().stdout;
    assert!(
        said.contains(text(&package)) && said.contains("the only package"),
        "{said}"
    );
    ground.prints(&program, &[13]);
}

/// A package of nixpkgs that is here already goes before one that is not.
pub fn what_is_here_already_goes_first() {
    let ground = Ground::new();
    let program = ground.program("program", &["a"]);
    let package = ground.package("zebra", "a", 12);
    let gone = package.with_file_name(format!("{}-apple", "0".repeat(32)));
    let path = format!("/lib/{}", ground.soname("a"));
    ground.import(&[("apple", &gone, &path), ("zebra", &package, &path)]);
    let said = ground.pin(&["./program"]).succeeded().stdout;
    assert!(
        said.contains("because: in the store already; 1 other found"),
        "{said}"
    );
    ground.prints(&program, &[12]);
    let select = format!("{}=apple", ground.soname("a"));
    ground
        .pin(&["--select", &select, "./program"])
        .failed_with("cannot get apple");
    ground.prints(&program, &[12]);
}
