//! Which libraries a program needs of packages

use crate::user::{USUAL, User};

#[test]
fn a_library_that_comes_with_the_program_needs_no_package_but_what_it_needs_does() {
    let user = User::with_index(USUAL);
    user.cc(
        "",
        &[
            "-shared",
            "-o",
            "libown.so",
            "-L.",
            "-Wl,--no-as-needed",
            "-l:libmissing.so.3",
        ],
    );
    user.cc(
        "int main(void) { return 0; }",
        &[
            "-o",
            "tool",
            "-L.",
            "-Wl,--no-as-needed",
            "-l:libown.so",
            "-Wl,-rpath,$ORIGIN/own",
        ],
    );
    std::fs::create_dir(user.path("own")).unwrap();
    std::fs::rename(user.path("libown.so"), user.path("own/libown.so")).unwrap();
    let text = user.file("shell", &["tool"]);
    assert!(text.contains("# libmissing.so.3"), "{text}");
    assert!(!text.contains("libown"), "{text}");
}

#[test]
fn what_libraries_of_the_system_need_is_not_listed() {
    // libmissing.so.3 is there this time, and needs libalso.so.6, which its package would bring.
    let user = User::with_index(USUAL);
    user.program("tool", &["libmissing.so.3"]);
    std::fs::create_dir(user.path("system")).unwrap();
    let flags = [
        "-shared",
        "-o",
        "system/libmissing.so.3",
        "-L.",
        "-Wl,--no-as-needed",
        "-l:libalso.so.6",
    ];
    user.cc("", &flags);
    let here = [("LD_LIBRARY_PATH", user.path("system").display().to_string())];
    let here: Vec<_> = here.iter().map(|it| (it.0, it.1.as_str())).collect();
    let ran = user.run(&["shell", "tool"], &here);
    assert!(
        ran.stdout.contains("pkgs.openssl.out # libmissing.so.3\n"),
        "{ran:?}"
    );
    assert!(!ran.stdout.contains("libalso"), "{ran:?}");
    // The module is for this system, which has the one and lacks the other.
    let ran = user.run(&["shell", "--format", "nixos", "tool"], &here);
    assert!(
        ran.stdout.contains("pkgs.xorg.libX11.out # libalso.so.6\n"),
        "{ran:?}"
    );
    assert!(!ran.stdout.contains("libmissing"), "{ran:?}");
}

#[test]
fn parts_of_glibc_need_no_package() {
    let user = User::with_index(&[("glibc", "out", "libm.so.6"), ("glibc", "out", "libc.so.6")]);
    user.program("tool", &["libm.so.6"]);
    let text = user.file("shell", &["tool"]);
    assert!(!text.contains("pkgs.glibc"), "{text}");
}

#[test]
fn a_library_can_be_named_as_well() {
    let user = User::with_index(USUAL);
    user.cc(
        "",
        &[
            "-shared",
            "-o",
            "plugin.so",
            "-L.",
            "-Wl,--no-as-needed",
            "-l:libmissing.so.3",
        ],
    );
    let text = user.file("shell", &["./plugin.so"]);
    assert!(
        text.contains("pkgs.openssl.out # libmissing.so.3\n"),
        "{text}"
    );
}

#[test]
fn a_script_stands_for_the_program_that_runs_it() {
    let user = User::with_index(USUAL);
    user.program("tool", &["libmissing.so.3"]);
    let line = format!("#!{}\n", user.path("tool").display());
    std::fs::write(user.path("script"), line).unwrap();
    let text = user.file("shell", &["script"]);
    assert!(text.contains("# libmissing.so.3"), "{text}");
}

#[test]
fn static_programs_are_passed_over() {
    let user = User::with_index(USUAL);
    user.cc("int main(void) { return 0; }", &["-static", "-o", "static"]);
    user.program("tool", &["libmissing.so.3"]);
    let ran = user.ldshim(&["shell", "static", "tool"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stderr.contains("static: it is static"), "{ran:?}");
    assert!(ran.stdout.contains("libmissing.so.3"), "{ran:?}");
}

#[test]
fn the_package_that_has_most_of_them_is_taken() {
    let user = User::with_index(&[
        ("both", "out", "libmissing.so.3"),
        ("both", "out", "libalso.so.6"),
        ("a", "out", "libalso.so.6"),
    ]);
    user.program("tool", &["libmissing.so.3", "libalso.so.6"]);
    let text = user.file("shell", &["tool"]);
    assert!(
        text.contains("pkgs.both.out # libalso.so.6, libmissing.so.3\n"),
        "{text}"
    );
}

#[test]
fn a_library_outside_of_lib_is_not_taken() {
    let user = User::with_index(&[
        ("vendor", "out", "vendor/libmissing.so.3"),
        ("openssl", "out", "libmissing.so.3"),
    ]);
    user.program("tool", &["libmissing.so.3"]);
    let text = user.file("shell", &["tool"]);
    assert!(text.contains("pkgs.openssl.out"), "{text}");
    assert!(!text.contains("vendor"), "{text}");
}
