//! `ldshim explain --all`: what is for others, what nothing names, and what the tree brings itself

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::explain::{explain, json};
use crate::library_tree::{LibraryTree, loader};

/// A folder with libraries outside of the tree `all` and a tree that is fine.
fn tree() -> LibraryTree {
    let tree = LibraryTree::new();
    tree.file("f.c", "int f(void) { return 0; }");
    tree.file("main.c", "int main(void) { return 0; }");
    for folder in [
        "all/plugins",
        "all/x.libs",
        "outside",
        "lib",
        "new",
        "drivers",
    ] {
        tree.file(&format!("{folder}/.keep"), "");
    }
    tree.cc(&["-shared", "-fPIC", "-o", "all/good.node", "f.c"]);
    tree
}

/// Makes a library that needs another one, of this soname, which is outside of the tree.
fn needs(tree: &LibraryTree, path: &str, soname: &str, more: &[&str]) {
    let set = format!("-Wl,-soname,{soname}");
    tree.cc(&[
        "-shared",
        "-nostdlib",
        "-o",
        "outside/other.so",
        "f.c",
        &set,
    ]);
    let options = ["-shared", "-nostdlib", "-Wl,--no-as-needed", "-o", path];
    tree.cc(&[&options[..], &["f.c", "outside/other.so"], more].concat());
}

/// What is said of the whole tree, behind the first line, and that.
fn judged(tree: &LibraryTree) -> (Option<i32>, String, String) {
    let ran = explain(tree, &["--all", "all"]);
    let (first, rest) = ran.stdout.split_once('\n').unwrap_or_default();
    (ran.code, rest.to_owned(), first.to_owned())
}

#[test]
fn what_is_for_others_is_counted_and_does_not_count() {
    let tree = tree();
    let change = |name: &str, at: usize, bytes: &[u8]| {
        let mut file = fs::read(tree.path("all/good.node")).unwrap();
        file[at..at + bytes.len()].copy_from_slice(bytes);
        tree.file(&format!("all/{name}"), file);
    };
    change("arm.node", 18, &[0xb7, 0]);
    change("kernel.hsaco", 18, &[224, 0]);
    change("firmware.elf", 18, &[94, 0]);
    change("big.so", 5, &[2]);
    change("freebsd.node", 7, &[9]);
    needs(&tree, "all/alpine.node", "libc.musl-x86_64.so.1", &[]);
    needs(&tree, "all/void.node", "libc.so", &[]);
    let note = "__asm__(\".pushsection .note.android.ident,\\\"a\\\",@note\\n.long 8,4,1\\n.asciz \\\"Android\\\"\\n.long 21\\n.popsection\");";
    tree.file("note.c", note);
    needs(&tree, "all/android.node", "libc.so", &["note.c"]);
    tree.cc(&["-c", "-o", "all/f.o", "f.c"]);
    tree.cc(&["-g", "-o", "program", "main.c"]);
    let mut objcopy = Command::new("objcopy");
    objcopy.arg("--only-keep-debug").arg(tree.path("program"));
    assert!(
        objcopy
            .arg(tree.path("all/program.debug"))
            .status()
            .unwrap()
            .success()
    );
    let (code, text, first) = judged(&tree);
    assert_eq!(
        (code, &*first),
        (Some(0), "1 file: all would start or load"),
        "{text}"
    );
    assert!(!text.contains("missing"), "{text}");
    let counted = text
        .lines()
        .find(|it| it.starts_with("not for this machine"))
        .unwrap();
    for whom in [
        "10 files (",
        "2 for musl",
        "1 for aarch64-linux",
        "1 for GPUs",
        "1 for 64-bit XTENSA",
        "big-endian",
        "1 for FreeBSD",
        "1 for Android",
        "1 for linkers",
        "1 for debuggers",
    ] {
        assert!(counted.contains(whom), "{whom}: {counted}");
    }
    let report = json(&tree, &["--all", "all"]);
    assert_eq!(report["files"].as_array().unwrap().len(), 1);
    assert_eq!(report["for_others"].as_array().unwrap().len(), 10);
    fs::remove_file(tree.path("all/good.node")).unwrap();
    let (code, _, first) = judged(&tree);
    assert_eq!(
        (code, &*first),
        (Some(0), "no file here is for this machine")
    );
}

#[test]
fn a_single_file_for_others_is_no_good() {
    let tree = tree();
    let mut file = fs::read(tree.path("all/good.node")).unwrap();
    file[7] = 9;
    tree.file("freebsd.node", file);
    let report = json(&tree, &["freebsd.node"]);
    assert_eq!(report["problems"][0]["problem"], "for-others", "{report:#}");
    // What the loader says of it itself.
    assert!(
        report["problems"][1]["text"]
            .as_str()
            .unwrap()
            .contains("OS ABI invalid")
    );
    needs(&tree, "alpine.node", "libc.musl-x86_64.so.1", &[]);
    assert_eq!(explain(&tree, &["alpine.node"]).code, Some(2));
    let report = json(&tree, &["alpine.node"]);
    assert_eq!(report["problems"][0]["problem"], "musl", "{report:#}");
}

#[test]
fn a_plugin_that_nothing_names_is_optional() {
    let tree = tree();
    needs(&tree, "all/plugins/libplugin.so", "libgone.so.1", &[]);
    let (code, text, _) = judged(&tree);
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.starts_with("missing for plugins that nothing here needs"),
        "{text}"
    );
    assert!(
        text.contains("libgone.so.1") && !text.contains("missing in all"),
        "{text}"
    );
    let report = json(&tree, &["--all", "all"]);
    assert_eq!(report["missing"][0]["is_optional"], true);
    // As soon as something names it, it counts.
    tree.file("names.c", "const char *const name = \"libplugin.so\";");
    tree.cc(&["-shared", "-fPIC", "-o", "all/names.node", "names.c"]);
    let (code, text, _) = judged(&tree);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.starts_with("missing in all\n  libgone.so.1"), "{text}");
}

#[test]
fn a_plugin_that_an_assembly_names_is_needed() {
    let tree = tree();
    needs(&tree, "all/plugins/libSkiaSharp.so", "libgone.so.1", &[]);
    tree.file("all/Other.dll", b"MZ\0SkiaSharp\0libSkiaSharpX\0");
    assert_eq!(judged(&tree).0, Some(0));
    tree.file("all/SkiaSharp.dll", b"MZ\0SkiaSharp\0libSkiaSharp\0");
    let (code, text, _) = judged(&tree);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.starts_with("missing in all\n  libgone.so.1"), "{text}");
}

#[test]
fn what_the_tree_brings_by_its_soname_is_not_missing() {
    let tree = tree();
    needs(&tree, "all/module.node", "libz-0123abcd.so.1", &[]);
    assert_eq!(judged(&tree).0, Some(1));
    tree.cc(&[
        "-shared",
        "-nostdlib",
        "-o",
        "all/x.libs/libz.so",
        "f.c",
        "-Wl,-soname,libz-0123abcd.so.1",
    ]);
    let (code, text, _) = judged(&tree);
    assert_eq!(code, Some(0), "{text}");
    assert!(!text.contains("missing in all"), "{text}");
    assert!(text.contains("x.libs/libz.so will do"), "{text}");
}

#[test]
fn a_program_is_told_where_the_tree_has_what_it_misses() {
    let tree = tree();
    tree.file("all/bin/.keep", "");
    tree.file("all/lib/.keep", "");
    tree.file("use.c", "int f(void); int main(void) { return f(); }");
    tree.cc(&["-shared", "-fPIC", "-o", "all/lib/libf.so", "f.c"]);
    tree.cc(&["-o", "all/bin/use", "use.c", "-Lall/lib", "-lf"]);
    let (code, text, _) = judged(&tree);
    assert_eq!(code, Some(1), "{text}");
    assert!(!text.contains("missing in all"), "{text}");
    let advice = "ldshim patch --add-rpath '$ORIGIN/../lib' all/bin/use";
    assert!(text.contains(advice), "{text}");
    tree.ldshim(&["patch", "--add-rpath", "$ORIGIN/../lib", "all/bin/use"])
        .succeeded();
    assert_eq!(judged(&tree).0, Some(0));
}

#[test]
fn what_libraries_of_a_program_name_may_be_loaded_later() {
    let tree = tree();
    tree.file(
        "names.c",
        "const char *name(void) { return \"libcalled-later.so.3\"; }",
    );
    tree.file(
        "use.c",
        "const char *name(void); int main(void) { return !name(); }",
    );
    tree.cc(&["-shared", "-fPIC", "-o", "all/libnames.so", "names.c"]);
    tree.cc(&[
        "-o",
        "all/use",
        "use.c",
        "-Lall",
        "-lnames",
        "-Wl,-rpath,$ORIGIN",
    ]);
    let ran = explain(&tree, &["all/use"]).succeeded();
    let line = ran
        .stdout
        .lines()
        .find(|it| it.contains("libcalled-later.so.3"));
    assert!(
        line.unwrap()
            .contains("not found guess: a text in libnames.so"),
        "{ran:?}"
    );
    let (_, text, _) = judged(&tree);
    assert!(
        text.contains("libcalled-later.so.3") && text.contains("named in libnames.so"),
        "{text}"
    );
    // It is searched for as that library asks for it.
    tree.cc(&["-shared", "-fPIC", "-o", "all/libcalled-later.so.3", "f.c"]);
    tree.cc(&[
        "-shared",
        "-fPIC",
        "-o",
        "all/libnames.so",
        "names.c",
        "-Wl,-rpath,$ORIGIN",
    ]);
    let report = json(&tree, &["all/use"]);
    let later = report["may_load"].as_array().unwrap();
    let later = later
        .iter()
        .find(|it| it["candidates"][0]["name"] == "libcalled-later.so.3");
    assert!(
        later.unwrap()["candidates"][0]["path"].is_string(),
        "{report:#}"
    );
}

#[test]
fn what_may_be_loaded_later_has_to_be_loadable() {
    let tree = tree();
    tree.file(
        "use.c",
        "const char *name = \"liblater.so.1\"; int main(void) { return !name; }",
    );
    tree.cc(&["-o", "all/use", "use.c", "-Wl,-rpath,$ORIGIN"]);
    let trouble = || {
        let report = json(&tree, &["all/use"]);
        assert_eq!(report["starts"], true);
        let later = report["may_load"].as_array().unwrap();
        let later = later
            .iter()
            .find(|it| it["candidates"][0]["name"] == "liblater.so.1");
        later.unwrap()["candidates"][0]["trouble"].clone()
    };
    tree.cc(&["-shared", "-fPIC", "-o", "all/liblater.so.1", "f.c"]);
    assert_eq!(trouble(), Value::Null);
    needs(&tree, "all/liblater.so.1", "libgone.so.1", &[]);
    assert_eq!(
        trouble(),
        "libgone.so.1 is missing (needed by liblater.so.1)"
    );
    // A version that the library in use does not have.
    tree.file("all/v.map", "V_1 { global: g; };");
    tree.file("g.c", "int g(void) { return 0; }");
    tree.file("h.c", "int g(void); int h(void) { return g(); }");
    let script = format!("-Wl,--version-script={}", tree.path("all/v.map").display());
    tree.cc(&["-shared", "-fPIC", "-o", "all/libg.so", "g.c", &script]);
    tree.cc(&[
        "-shared",
        "-fPIC",
        "-o",
        "all/liblater.so.1",
        "h.c",
        "-Lall",
        "-lg",
        "-Wl,-rpath,$ORIGIN",
    ]);
    assert_eq!(trouble(), Value::Null);
    tree.file("all/v.map", "V_2 { global: g; };");
    tree.cc(&["-shared", "-fPIC", "-o", "all/libg.so", "g.c", &script]);
    assert_eq!(
        trouble(),
        "libg.so has no version V_1 (needed by liblater.so.1)"
    );
    let ran = explain(&tree, &["all/use"]);
    assert!(
        ran.stdout
            .contains("cannot be loaded: libg.so has no version V_1"),
        "{ran:?}"
    );
    // In a tree, of what is elsewhere: what it has itself has a report.
    for name in ["liblater.so.1", "libg.so"] {
        fs::rename(tree.path("all").join(name), tree.path("outside").join(name)).unwrap();
    }
    tree.cc(&["-o", "all/use", "use.c", "-Wl,-rpath,$ORIGIN/../outside"]);
    let (_, text, _) = judged(&tree);
    let mut lines = text.lines();
    let later = lines.find(|it| it.contains("liblater.so.1") && it.contains("named in use"));
    let expected = ": libg.so has no version V_1 (needed by liblater.so.1)";
    assert!(later.unwrap().ends_with(expected), "{text}");
}

#[test]
fn a_library_by_path_comes_from_no_package() {
    let tree = tree();
    needs(&tree, "all/module.node", "/opt/vendor/libv.so.1", &[]);
    needs(&tree, "all/other.node", "vendor/libv.so.1", &[]);
    for name in ["all/module.node", "all/other.node"] {
        let ran = explain(&tree, &[name]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.stdout.contains("asked for by this path"), "{ran:?}");
        assert!(ran.stdout.contains("not found by this path"), "{ran:?}");
        assert!(!ran.stdout.contains("no package"), "{ran:?}");
        let report = json(&tree, &[name]);
        assert_eq!(report["problems"][0]["providers"], Value::Null);
    }
    let (code, text, _) = judged(&tree);
    assert_eq!(code, Some(1), "{text}");
    let advice = "ldshim patch --replace-needed /opt/vendor/libv.so.1 libv.so.1 all/module.node";
    assert!(text.contains(advice), "{text}");
    tree.ldshim(&advice.split(' ').skip(1).collect::<Vec<_>>())
        .succeeded();
    let report = json(&tree, &["all/module.node"]);
    assert_eq!(report["problems"][0]["name"], "libv.so.1");
    // Where it is there, it is found, from where the program is started.
    tree.cc(&["-shared", "-nostdlib", "-o", "outside/libv.so.1", "f.c"]);
    fs::rename(tree.path("outside"), tree.path("vendor")).unwrap();
    explain(&tree, &["all/other.node"]).succeeded();
}

#[test]
fn drivers_in_extra_paths_have_to_fit_the_loader() {
    let tree = tree();
    tree.cc(&["-shared", "-fPIC", "-o", "lib/libGL.so.1", "f.c"]);
    tree.file("use.c", "int f(void); int main(void) { return f(); }");
    tree.cc(&["-o", "use", "use.c", "lib/libGL.so.1"]);
    let (loader, d, drivers) = (loader(), tree.path("d"), tree.path("drivers"));
    let [loader, d, drivers] = [&loader, &d, &drivers].map(|it| it.to_str().unwrap());
    let build = [
        "env",
        "build",
        "--out",
        "d",
        "--loader",
        loader,
        "--extra-path",
        drivers,
        "lib",
    ];
    tree.ldshim(&build).succeeded();
    // A driver that wants a version of libGL.so.1's, which has none today and others tomorrow.
    let script = format!("-Wl,--version-script={}", tree.path("v.map").display());
    tree.file("v.map", "NEW_1 { global: f; };");
    tree.cc(&[
        "-shared",
        "-fPIC",
        "-o",
        "new/libGL.so.1",
        "f.c",
        &script,
        "-Wl,-soname,libGL.so.1",
    ]);
    tree.file("driver.c", "int f(void); int driver(void) { return f(); }");
    tree.cc(&[
        "-shared",
        "-fPIC",
        "-o",
        "drivers/libGLX_some.so.0",
        "driver.c",
        "new/libGL.so.1",
    ]);
    let text = || {
        explain(&tree, &["--library-path", d, "use"])
            .succeeded()
            .stdout
    };
    assert!(!text().contains("libGLX_some"), "{}", text());
    tree.file("v.map", "OLD_1 { global: f; };");
    tree.cc(&["-shared", "-fPIC", "-o", "lib/libGL.so.1", "f.c", &script]);
    let said = text();
    let line = said.lines().find(|it| it.contains("libGLX_some.so.0"));
    let expected = "cannot be loaded: libGL.so.1 has no version NEW_1 (needed by libGLX_some.so.0)";
    assert!(line.unwrap().contains(expected), "{said}");
}

#[test]
fn that_there_is_no_loader_is_said_once() {
    let tree = tree();
    tree.cc(&["-shared", "-fPIC", "-o", "all/libunnamed.so", "f.c"]);
    let mut ldshim = Command::new(env!("CARGO_BIN_EXE_ldshim"));
    ldshim
        .env_remove("NIX_LD")
        .args(["explain", "--loader", "/nonexistent", "--all"]);
    let output = ldshim.arg(tree.path("all")).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.matches("there is no loader").count(), 1, "{text}");
    assert!(
        text.starts_with("2 of 2 files would not start or load\n"),
        "{text}"
    );
}
