//! Each edit, by what the real loader makes of it.

use std::fs;
use std::process::Command;

use crate::common::Ran;
use crate::made::{DENSE, Made, PADDED, STORE_PATH, patch, printed};

#[test]
fn the_loader_is_the_one_that_was_set() {
    for flags in [PADDED, DENSE] {
        let made = Made::new(flags);
        let own = printed("interpreter", &made.app());
        let other = made.path("a-loader-with-a-name-that-is-longer-than-that-of-the-system.so");
        fs::copy(&own, &other).expect("the loader");
        drop(
            patch(
                &["--set-interpreter", other.to_str().unwrap()],
                &[&made.app()],
            )
            .succeeded(),
        );
        assert_eq!(printed("interpreter", &made.app()), other.to_str().unwrap());
        made.works();
        fs::remove_file(&other).expect("the loader");
        let error = Command::new(made.app())
            .output()
            .expect_err("there is no loader");
        assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
        drop(patch(&["--set-interpreter", &own], &[&made.app()]).succeeded());
        made.works();
    }
}

#[test]
fn a_search_path_leads_to_libraries() {
    let made = Made::new(PADDED);
    fs::create_dir(made.path("elsewhere")).expect("a folder");
    fs::rename(made.library(), made.path("elsewhere/libmade.so")).expect("the library");
    assert_eq!(made.run().code, Some(127));
    for (change, path) in [
        ("--set-rpath", "$ORIGIN/elsewhere"),
        ("--add-rpath", "/nowhere:$ORIGIN/elsewhere"),
    ] {
        drop(patch(&[change, path], &[&made.app()]).succeeded());
        made.works();
    }
    assert_eq!(printed("rpath", &made.app()), "$ORIGIN/elsewhere:/nowhere");
    drop(patch(&["--remove-rpath"], &[&made.app()]).succeeded());
    assert_eq!(printed("rpath", &made.app()), "");
    assert_eq!(made.run().code, Some(127));
}

#[test]
fn a_search_path_is_a_runpath_unless_forced() {
    let made = Made::new(&["-Wl,--disable-new-dtags"]);
    let tags = || {
        let ran = Ran::of(Command::new("readelf").arg("-d").arg(made.app()));
        (
            ran.stdout.contains("(RPATH)"),
            ran.stdout.contains("(RUNPATH)"),
        )
    };
    assert_eq!(tags(), (true, false));
    drop(patch(&["--add-rpath", "/a"], &[&made.app()]).succeeded());
    assert_eq!(tags(), (false, true));
    drop(patch(&["--force-rpath", "--add-rpath", "/b"], &[&made.app()]).succeeded());
    assert_eq!(tags(), (true, false));
    made.works();
}

#[test]
fn shrinking_leaves_directories_with_needed_libraries() {
    let made = Made::new(PADDED);
    let here = made.app().parent().unwrap().to_owned();
    let path = format!("/usr/share:{}:/nowhere:$ORIGIN/x", here.display());
    drop(patch(&["--set-rpath", &path], &[&made.app()]).succeeded());
    drop(patch(&["--shrink-rpath"], &[&made.app()]).succeeded());
    assert_eq!(
        printed("rpath", &made.app()),
        format!("{}:$ORIGIN/x", here.display())
    );
    drop(
        patch(
            &["--shrink-rpath", "--allowed-rpath-prefixes", "/nix"],
            &[&made.app()],
        )
        .succeeded(),
    );
    assert_eq!(printed("rpath", &made.app()), "$ORIGIN/x");
}

#[test]
fn default_directories_are_searched_no_more() {
    let made = Made::new(PADDED);
    fs::copy(made.app(), made.path("app-before")).unwrap();
    drop(patch(&["--no-default-lib"], &[&made.app()]).succeeded());
    assert_eq!(made.run().code, Some(127));
    let traced = Ran::of(Command::new("ldd").arg(made.path("app-before"))).succeeded();
    let libc = traced
        .stdout
        .split_whitespace()
        .find(|it| it.contains("/libc.so"))
        .expect("libc");
    let folder = libc.rsplit_once('/').expect("a path").0;
    drop(patch(&["--add-rpath", folder], &[&made.app()]).succeeded());
    made.works();
}

#[test]
fn the_stack_is_executable_as_asked() {
    let made = Made::new(PADDED);
    assert_eq!(printed("execstack", &made.app()), "execstack: -");
    for (edit, said) in [("--set-execstack", 'X'), ("--clear-execstack", '-')] {
        drop(patch(&[edit], &[&made.app()]).succeeded());
        assert_eq!(
            printed("execstack", &made.app()),
            format!("execstack: {said}")
        );
        made.works();
    }
}

#[test]
fn a_debugger_finds_its_entry() {
    let made = Made::new(PADDED);
    let has = || {
        Ran::of(Command::new("readelf").arg("-d").arg(made.library()))
            .stdout
            .contains("(DEBUG)")
    };
    assert!(!has());
    drop(patch(&["--add-debug-tag"], &[&made.library()]).succeeded());
    assert!(has());
    made.works();
}

#[test]
fn the_os_abi_is_a_name() {
    let made = Made::new(PADDED);
    assert_eq!(printed("os-abi", &made.app()), "System V");
    drop(patch(&["--set-os-abi", "linux"], &[&made.app()]).succeeded());
    assert_eq!(printed("os-abi", &made.app()), "Linux");
    made.works();
    let refused = patch(&["--set-os-abi", "beos"], &[&made.app()]);
    drop(refused.failed_with("unrecognized OS ABI"));
}

#[test]
fn symbols_are_found_by_their_new_names() {
    for style in ["gnu", "sysv", "both"] {
        let made = Made::new(&[&format!("-Wl,--hash-style={style}")]);
        made.write("map", "value another_name_for_the_value\n");
        let map = made.path("map");
        let rename = ["--rename-dynamic-symbols", map.to_str().unwrap()];
        drop(patch(&rename, &[&made.library()]).succeeded());
        let ran = made.run();
        assert_ne!(ran.code, Some(0), "the program looks for the old name");
        drop(patch(&rename, &[&made.app()]).succeeded());
        made.works();
    }
}

#[test]
fn a_resolution_cache_is_a_note_and_goes_when_it_is_no_longer_true() {
    for flags in [PADDED, DENSE] {
        let made = Made::new(flags);
        let here = made.app().parent().unwrap().display().to_string();
        let notes = || Ran::of(Command::new("readelf").arg("-nW").arg(made.app())).stdout;
        drop(
            patch(
                &["--set-rpath", &here, "--build-resolution-cache"],
                &[&made.app()],
            )
            .succeeded(),
        );
        assert!(notes().contains("NixOS"), "{}", notes());
        let text = fs::read(made.app()).expect("the program");
        let entry = format!("libmade.so\0={here}/libmade.so\0");
        assert!(text.windows(entry.len()).any(|it| it == entry.as_bytes()));
        made.works();
        let again = text.clone();
        drop(patch(&["--build-resolution-cache"], &[&made.app()]).succeeded());
        assert_eq!(fs::read(made.app()).expect("the program"), again);
        drop(patch(&["--add-rpath", STORE_PATH], &[&made.app()]).succeeded());
        assert!(!notes().contains("NixOS"));
        made.works();
    }
}

#[test]
fn symbols_of_tables_that_move_follow_also_when_others_get_new_names() {
    let made = Made::empty();
    let linker = Ran::of(Command::new("ld").args(["-shared", "--verbose"]))
        .succeeded()
        .stdout;
    let script = linker
        .split("==================================================")
        .nth(1)
        .expect("a script");
    let named = script.replace("{ *(.dynamic) }", "{ of_dynamic = .; *(.dynamic) }");
    assert_ne!(named, script);
    made.write("script", &named);
    made.write(
        "names.c",
        "int alpha(void) { return 1; } int beta(void) { return 2; } int delta(void) { return 4; }",
    );
    let script = format!(
        "-Wl,-T,{},--spare-dynamic-tags=0",
        made.path("script").display()
    );
    made.compile("libnames.so", "names.c", &["-shared", "-fPIC", &script]);
    made.write("map", "delta another_name_of_delta\n");
    let library = made.path("libnames.so");
    let symbols = || {
        Ran::of(Command::new("nm").arg("-D").arg(&library))
            .succeeded()
            .stdout
    };
    let value = |symbols: &str, name: &str| {
        let line = symbols.lines().find(|it| it.ends_with(&format!(" {name}")));
        line.expect("the symbol")[..16].to_owned()
    };
    let before = symbols();
    let map = made.path("map");
    let edits = [
        "--no-verify",
        "--rename-dynamic-symbols",
        map.to_str().unwrap(),
        "--add-needed",
        "libm.so.6",
    ];
    drop(patch(&edits, &[&library]).succeeded());
    let after = symbols();
    for name in ["alpha", "beta"] {
        assert_eq!(value(&before, name), value(&after, name));
    }
    assert_eq!(
        value(&before, "delta"),
        value(&after, "another_name_of_delta")
    );
    let headers = Ran::of(Command::new("readelf").arg("-lW").arg(&library)).stdout;
    let line = headers
        .lines()
        .find(|it| it.trim_start().starts_with("DYNAMIC"))
        .unwrap();
    let address = line.split_whitespace().nth(2).unwrap();
    assert_ne!(value(&before, "of_dynamic"), value(&after, "of_dynamic"));
    assert_eq!(
        address.trim_start_matches("0x"),
        value(&after, "of_dynamic")
    );
}
