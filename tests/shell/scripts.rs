//! Launcher scripts, and the programs that they start

use std::fs;

use crate::user::{USUAL, User, assert_well_formed};

fn script(user: &User, name: &str, text: &str) {
    fs::write(user.path(name), text).unwrap();
}

#[test]
fn what_a_launcher_starts_is_what_counts() {
    let user = User::with_index(USUAL);
    user.program("app.bin", &["libmissing.so.3"]);
    script(
        &user,
        "app",
        "#!/bin/bash\nexec \"$(dirname \"$0\")/app.bin\" \"$@\"\n",
    );
    let ran = user.ldshim(&["shell", "app"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.stdout.contains("pkgs.openssl.out # libmissing.so.3\n"),
        "{ran:?}"
    );
    assert!(
        ran.stderr.contains("app: it is a script, which starts "),
        "{ran:?}"
    );
    // The shell that runs it is every system's own.
    assert!(!ran.stdout.contains("libtinfo"), "{ran:?}");
    assert_well_formed(&ran.stdout);
}

#[test]
fn a_launcher_of_a_launcher_is_followed() {
    let user = User::with_index(USUAL);
    user.program("app.bin", &["libmissing.so.3"]);
    script(&user, "inner", "#!/bin/sh\nexec \"${0%/*}/app.bin\"\n");
    script(
        &user,
        "outer",
        "#!/bin/sh\ncd \"$(dirname \"$0\")\"\n./inner \"$@\"\n",
    );
    let text = user.file("shell", &["outer"]);
    assert!(text.contains("# libmissing.so.3"), "{text}");
    // Two that start each other come to an end.
    script(
        &user,
        "inner",
        "#!/bin/sh\n\"${0%/*}/app.bin\"\nexec \"${0%/*}/outer\"\n",
    );
    let text = user.file("shell", &["outer"]);
    assert!(text.contains("# libmissing.so.3"), "{text}");
}

#[test]
fn libraries_in_a_folder_that_the_launcher_names_come_with_it() {
    let user = User::with_index(USUAL);
    user.program("app.bin", &["libmissing.so.3"]);
    fs::create_dir(user.path("own")).unwrap();
    let flags = [
        "-shared",
        "-o",
        "own/libmissing.so.3",
        "-L.",
        "-Wl,--no-as-needed",
        "-l:libalso.so.6",
    ];
    user.cc("", &flags);
    script(
        &user,
        "app",
        "#!/bin/sh\nHERE=$(readlink -f \"$0\"); HERE=${HERE%/*}\nexport LD_LIBRARY_PATH=$HERE/own\nexec \"$HERE/app.bin\"\n",
    );
    let text = user.file("shell", &["app"]);
    assert!(text.contains("# libalso.so.6"), "{text}");
    assert!(!text.contains("libmissing"), "{text}");
}

#[test]
fn what_cannot_be_told_of_a_script_is_said() {
    let user = User::with_index(USUAL);
    script(&user, "app", "#!/bin/sh\n\nexec \"$1/x\"\n");
    let ran = user.ldshim(&["shell", "app"]);
    assert_eq!((ran.code, &*ran.stdout), (Some(1), ""), "{ran:?}");
    assert!(
        ran.stderr
            .contains("it is a script, and what it starts on line 3 could not be told"),
        "{ran:?}"
    );
    script(&user, "app", "#!/usr/bin/env perl\n");
    let ran = user.ldshim(&["shell", "app"]);
    assert!(
        ran.stderr
            .contains("script for perl; what it starts or loads itself was not looked at"),
        "{ran:?}"
    );
}

#[test]
fn a_library_in_the_programs_own_tree_is_no_package() {
    let user = User::with_index(USUAL);
    for folder in ["app/bin", "app/lib"] {
        fs::create_dir_all(user.path(folder)).unwrap();
    }
    user.program("app/bin/tool", &["libmissing.so.3"]);
    let flags = [
        "-shared",
        "-o",
        "app/lib/libmissing.so.3",
        "-L.",
        "-Wl,--no-as-needed",
        "-l:libalso.so.6",
    ];
    user.cc("", &flags);
    let ran = user.ldshim(&["shell", "app/bin/tool"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let told = "ldshim patch --add-rpath '$ORIGIN/../lib' app/bin/tool";
    assert!(ran.stderr.contains(told), "{ran:?}");
    assert!(!ran.stdout.contains("pkgs.openssl"), "{ran:?}");
    // What it needs itself is wanted of a package.
    assert!(
        ran.stdout.contains("pkgs.xorg.libX11.out # libalso.so.6\n"),
        "{ran:?}"
    );
    // And that is what helps.
    let patch = ["patch", "--add-rpath", "$ORIGIN/../lib", "app/bin/tool"];
    assert_eq!(user.ldshim(&patch).code, Some(0));
    let text = user.file("shell", &["app/bin/tool"]);
    assert!(
        text.contains("# libalso.so.6") && !text.contains("libmissing"),
        "{text}"
    );
}
