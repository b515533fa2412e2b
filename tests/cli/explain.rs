//! `ldshim explain`, of programs and libraries

use serde_json::Value;

use crate::library_tree::{LibraryTree, Ran, loader};

/// A folder with a library environment `d` in which there is a `liba.so`, and with a program `main`
/// that needs it.
fn tree() -> LibraryTree {
    let tree = LibraryTree::new();
    tree.file("a.c", "int a(void) { return 0; }");
    tree.file("main.c", "int a(void); int main(void) { return a(); }");
    tree.file("lib/.keep", "");
    tree.cc(&["-shared", "-o", "lib/liba.so", "a.c"]);
    tree.cc(&["-o", "main", "main.c", "-Llib", "-la"]);
    tree.build(&["lib"]).succeeded();
    tree
}

/// Runs `ldshim explain` with the loader of this machine.
pub fn explain(tree: &LibraryTree, args: &[&str]) -> Ran {
    let loader = loader();
    let first = ["explain", "--loader", loader.to_str().unwrap()];
    tree.ldshim(&[&first[..], args].concat())
}

/// The report about a file, as JSON.
pub fn json(tree: &LibraryTree, args: &[&str]) -> Value {
    let ran = explain(tree, &[&["--json"], args].concat());
    let report = serde_json::from_str(&ran.stdout);
    report.unwrap_or_else(|error| panic!("{error}: {ran:?}"))
}

#[test]
fn a_program_with_all_libraries_would_start() {
    let tree = tree();
    let ran = explain(&tree, &["--library-path", "d", "main"]).succeeded();
    assert!(ran.stdout.contains("liba.so"), "{ran:?}");
    assert!(ran.stdout.contains("\nwould start\n\n"), "{ran:?}");
    assert!(!ran.stdout.contains('\x1b'), "colours are for terminals");
}

#[test]
fn a_library_that_is_missing_is_named_with_those_that_need_it() {
    let tree = tree();
    let ran = explain(&tree, &["main"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stdout.contains("liba.so is missing (needed by main)"),
        "{ran:?}"
    );
    let report = json(&tree, &["main"]);
    assert_eq!(report["starts"], false);
    assert_eq!(report["problems"][0]["problem"], "missing-library");
    assert_eq!(report["problems"][0]["name"], "liba.so");
    assert_eq!(report["problems"][0]["needed_by"][0], 0);
}

/// A name may hold anything: no line of a report is anybody else's.
#[test]
fn a_name_with_line_feeds_begins_no_line() {
    let tree = tree();
    let name = "-Wl,-soname,liba.so\n  do       To fix this: forged\x1b[31m";
    tree.cc(&["-shared", "-o", "lib/liba.so", "a.c", name]);
    tree.cc(&["-o", "main", "main.c", "-Llib", "-la"]);
    for more in [&[][..], &["-v"]] {
        let ran = explain(&tree, &[&["main"], more].concat());
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.stdout.contains("liba.so\u{fffd}  do"), "{ran:?}");
        let is_forged = |it: &str| it.trim_start().starts_with("do       To fix this");
        assert!(!ran.stdout.lines().any(is_forged), "{ran:?}");
        assert!(!ran.stdout.contains('\x1b'), "{ran:?}");
    }
}

#[test]
fn each_library_has_the_reason_for_its_path() {
    let tree = tree();
    tree.cc(&[
        "-o",
        "own",
        "main.c",
        "-Llib",
        "-la",
        "-Wl,-rpath,$ORIGIN/lib",
    ]);
    let text = explain(&tree, &["own"]).succeeded().stdout;
    assert!(text.contains("RUNPATH of own"), "{text}");
    let text = explain(&tree, &["--library-path", "lib", "main"])
        .succeeded()
        .stdout;
    assert!(text.contains("LD_LIBRARY_PATH"), "{text}");
    let report = json(&tree, &["own"]);
    let objects = report["objects"].as_array().unwrap();
    let liba = objects
        .iter()
        .find(|it| it["names"][0] == "liba.so")
        .unwrap();
    assert_eq!(
        (&liba["found"], &liba["requested_by"]),
        (&"runpath".into(), &0.into())
    );
}

#[test]
fn the_plan_is_that_of_the_stub() {
    let tree = tree();
    let d = tree.path("d");
    let report = json(&tree, &["--library-path", d.to_str().unwrap(), "main"]);
    let plan = &report["plan"];
    // The path of `d` is longer than the built-in path of this machine's loader.
    assert_eq!(plan["mechanism"], "environment");
    let path = plan["ld_library_path"].as_str().unwrap();
    assert!(path.ends_with(d.to_str().unwrap()), "{path}");
    assert_eq!(plan["loader"]["from"], "--loader");
    assert_eq!(plan["libraries"]["from"], "--library-path");
}

#[test]
fn extra_paths_count_where_one_of_them_is_there() {
    let tree = tree();
    tree.file("extra/.keep", "");
    tree.cc(&["-shared", "-o", "extra/liba.so", "a.c"]);
    let (loader, d, extra) = (loader(), tree.path("d"), tree.path("extra"));
    let [loader, d, extra] = [&loader, &d, &extra].map(|path| path.to_str().unwrap());
    let library_path = |extra_path: &str| {
        let build = ["env", "build", "--out", "d", "--extra-path", extra_path];
        let rest = ["--extra-path", "/nothing", "--loader", loader, "lib"];
        tree.ldshim(&[&build[..], &rest].concat()).succeeded();
        let report = json(&tree, &["--library-path", d, "main"]);
        report["plan"]["ld_library_path"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    // Cargo sets an LD_LIBRARY_PATH for tests, which comes before.
    let seen = library_path(extra);
    assert!(seen.ends_with(&format!("{extra}:/nothing:{d}")), "{seen}");
    let seen = library_path("/nowhere");
    assert!(seen.ends_with(d) && !seen.contains("/no"), "{seen}");
}

#[test]
fn a_loader_that_cannot_be_used_is_passed_over_with_the_reason() {
    let tree = tree();
    let ran = tree.ldshim(&["explain", "--loader", "main", "main"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stdout.contains("main (from --loader): not a loader"),
        "{ran:?}"
    );
    assert!(
        ran.stdout.contains("there is no loader of glibc"),
        "{ran:?}"
    );
}

#[test]
fn a_version_that_is_missing_tells_which_glibc_is_wanted() {
    let tree = tree();
    let mut bytes = std::fs::read(tree.path("main")).unwrap();
    let at = memchr::memmem::find(&bytes, b"GLIBC_2.34\0").expect("it wants a version");
    bytes[at..][..10].copy_from_slice(b"GLIBC_2.99");
    tree.file("newer", bytes);
    let ran = explain(&tree, &["--library-path", "d", "newer"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let expected = "libc.so.6 has no version GLIBC_2.99 (needed by newer): it wants glibc 2.99";
    assert!(ran.stdout.contains(expected), "{ran:?}");
}

#[test]
fn two_versions_of_glibc_in_one_process_are_told() {
    let tree = tree();
    let libc = tree.path("libc.so.6");
    let mut bytes = std::fs::read(loader().parent().unwrap().join("libc.so.6")).unwrap();
    let text = b" release version 2.";
    let at = memchr::memmem::find(&bytes, text).expect("a version") + text.len();
    bytes[at..][..2].copy_from_slice(b"11");
    tree.file("libc.so.6", bytes);
    let report = json(
        &tree,
        &[
            "--library-path",
            libc.parent().unwrap().to_str().unwrap(),
            "main",
        ],
    );
    let problems = report["problems"].as_array().unwrap();
    let mixed = problems
        .iter()
        .find(|it| it["problem"] == "mixed-glibc")
        .unwrap();
    assert_eq!(mixed["versions"][0], "2.11");
}

#[test]
fn what_may_be_loaded_later_is_noted_or_guessed() {
    let tree = tree();
    let note = r#"[{\"soname\":[\"libnoted.so.1\",\"liba.so\"],\"feature\":\"f\",\"priority\":\"suggested\"}]"#;
    let source = format!(
        "#include <dlfcn.h>\n__asm__(\".pushsection .note.dlopen,\\\"a\\\",@note\\n.balign 4\\n\
         .long 4\\n.long 2f-1f\\n.long 0x407c0c0a\\n.asciz \\\"FDO\\\"\\n1: .asciz \\\"{}\\\"\\n2: .balign 4\\n.popsection\");\n\
         const char *name = \"libguess.so.2\";\nint main(void) {{ return !dlopen(name, 1); }}\n",
        note.replace('\\', "\\\\\\")
    );
    tree.file("later.c", source);
    tree.cc(&["-o", "later", "later.c"]);
    let report = json(&tree, &["--library-path", "lib", "later"]);
    let later = report["may_load"].as_array().unwrap();
    assert_eq!(
        report["starts"], true,
        "what is loaded later does not count: {report:#}"
    );
    let note = later
        .iter()
        .find(|it| it["is_guess"] == false)
        .expect("a note");
    assert_eq!(
        (&note["feature"], &note["priority"]),
        (&"f".into(), &"suggested".into())
    );
    assert_eq!(note["candidates"][0]["path"], Value::Null);
    assert_eq!(note["candidates"][1]["path"], "lib/liba.so");
    let guess = later
        .iter()
        .find(|it| it["is_guess"] == true)
        .expect("a guess");
    assert_eq!(guess["candidates"][0]["name"], "libguess.so.2");
}

#[test]
fn a_directory_tree_is_one_report() {
    let tree = tree();
    tree.file("all/text", "no program");
    tree.cc(&["-o", "all/good", "-xc", "a.c", "-xc", "main.c"]);
    explain(&tree, &["--all", "all"]).succeeded();
    tree.cc(&["-o", "all/deep", "main.c", "-Llib", "-la"]);
    let ran = explain(&tree, &["--all", "all"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stdout
            .starts_with("1 of 2 files would not start or load\n"),
        "{ran:?}"
    );
    let report = json(&tree, &["--all", "all"]);
    assert_eq!(report["files"].as_array().unwrap().len(), 2);
    assert_eq!(report["missing"][0]["name"], "liba.so");
    assert_eq!(report["missing"][0]["in_tree"], Value::Null);
}

#[test]
fn a_library_that_misses_what_the_tree_has_is_not_bad() {
    let tree = tree();
    tree.file("b.c", "int a(void); int b(void) { return a(); }");
    tree.file("all/x/.keep", "");
    tree.cc(&["-shared", "-o", "all/libb.so", "b.c", "-Llib", "-la"]);
    assert_eq!(explain(&tree, &["--all", "all"]).code, Some(1));
    tree.cc(&["-shared", "-o", "all/x/liba.so", "a.c"]);
    let ran = explain(&tree, &["--all", "all"]).succeeded();
    assert!(ran.stdout.contains("all/x/liba.so will do"), "{ran:?}");
}

#[test]
fn of_several_programs_one_report_follows_the_other() {
    let tree = tree();
    tree.cc(&["-o", "good", "-xc", "a.c", "-xc", "main.c"]);
    let report = |name: &str| explain(&tree, &[name]);
    let ran = explain(&tree, &["good", "main"]);
    let expected = [report("good").stdout, report("main").stdout].join("\n");
    assert_eq!((ran.code, ran.stdout), (Some(1), expected));
    // In any order the worst counts, and what cannot be explained does not keep the others from it.
    assert_eq!(explain(&tree, &["main", "good"]).code, Some(1));
    assert_eq!(explain(&tree, &["good", "good"]).code, Some(0));
    let ran = explain(&tree, &["none", "main", "good"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("none"), "{ran:?}");
    assert!(ran.stdout.starts_with("main: "), "{ran:?}");
    assert!(ran.stdout.contains("\n\ngood: "), "{ran:?}");
}

#[test]
fn the_json_of_several_programs_is_an_array_and_that_of_one_an_object() {
    let tree = tree();
    tree.cc(&["-o", "good", "-xc", "a.c", "-xc", "main.c"]);
    let (good, main) = (json(&tree, &["good"]), json(&tree, &["main"]));
    assert!(good.is_object() && main.is_object());
    assert_eq!(
        json(&tree, &["good", "main"]),
        Value::from(vec![good, main])
    );
    let ran = explain(&tree, &["--json", "none", "none"]);
    assert_eq!((ran.code, &*ran.stdout), (Some(2), "[]\n"), "{ran:?}");
    let ran = explain(&tree, &["--json", "none"]);
    assert_eq!((ran.code, &*ran.stdout), (Some(2), ""), "{ran:?}");
}
