//! The program patchelf: flags, output and exit statuses as patchelf 0.19 has them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use crate::common::Ran;
use crate::made::{DENSE, Made, PADDED, STORE_PATH, size};

/// Starts ldshim by the name patchelf, in a folder of its own.
fn patchelf(made: &Made, arguments: &[&str], files: &[&Path]) -> Ran {
    let program = made.path("patchelf");
    if !program.exists() {
        symlink(env!("CARGO_BIN_EXE_ldshim"), &program).unwrap();
    }
    Ran::of(
        Command::new(program)
            .args(arguments)
            .args(files)
            .current_dir("/"),
    )
}

#[test]
fn it_prints_what_patchelf_prints() {
    let made = Made::new(PADDED);
    let (app, library) = (made.app(), made.library());
    let cases: [(&str, &Path, &str); 7] = [
        ("--print-rpath", &app, "$ORIGIN\n"),
        ("--print-rpath", &library, "\n"),
        ("--print-needed", &app, "libmade.so\nlibc.so.6\n"),
        ("--print-soname", &library, "libmade.so\n"),
        ("--print-soname", &app, ""),
        ("--print-os-abi", &app, "System V\n"),
        ("--print-execstack", &app, "execstack: -\n"),
    ];
    for (flag, file, expected) in cases {
        let ran = patchelf(&made, &[flag], &[file]);
        assert_eq!(
            (ran.code, ran.stdout.as_str(), ran.stderr.as_str()),
            (Some(0), expected, ""),
            "{flag}"
        );
    }
    let ran = patchelf(&made, &["--version"], &[]);
    assert_eq!(ran.stdout, "patchelf 0.19.0\n");
}

#[test]
fn it_fails_as_patchelf_fails() {
    let made = Made::new(PADDED);
    made.write(
        "text",
        "this is no program, but it is longer than an ELF header, which has sixty-four bytes",
    );
    let (app, text) = (made.app(), made.path("text"));
    let nowhere = made.path("nowhere");
    let cases: [(&[&str], &[&Path], &str); 8] = [
        (&["--print-rpath"], &[], "patchelf: missing filename\n"),
        (
            &["--print-rpath"],
            &[&text],
            "patchelf: not an ELF executable\n",
        ),
        (&["--set-rpath"], &[], "patchelf: missing argument\n"),
        (
            &["--replace-needed", "a"],
            &[],
            "patchelf: missing argument(s)\n",
        ),
        (
            &["--set-rpath", "/a", "--add-rpath", "/b"],
            &[&app],
            "patchelf: --set-rpath option not allowed with --add-rpath\n",
        ),
        (
            &["--output", "/x"],
            &[&app, &app],
            "patchelf: --output option only allowed with single input file\n",
        ),
        (
            &["--page-size", "x"],
            &[&app],
            "patchelf: invalid argument to --page-size\n",
        ),
        (
            &["--set-os-abi", "beos"],
            &[&app],
            "patchelf: unrecognized OS ABI\n",
        ),
    ];
    for (arguments, files, expected) in cases {
        let ran = patchelf(&made, arguments, files);
        assert_eq!(
            (ran.code, ran.stdout.as_str(), ran.stderr.as_str()),
            (Some(1), "", expected)
        );
    }
    let ran = patchelf(&made, &["--print-rpath"], &[&nowhere]);
    let expected = format!(
        "patchelf: getting info about '{}': No such file or directory\n",
        nowhere.display()
    );
    assert_eq!((ran.code, ran.stderr), (Some(1), expected));
    let ran = patchelf(&made, &[], &[]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.starts_with("syntax: "), "{}", ran.stderr);
}

#[test]
fn it_leaves_no_undo_record() {
    let made = Made::new(PADDED);
    let before = size(&made.app());
    drop(
        patchelf(
            &made,
            &["--set-rpath", &format!("$ORIGIN:{STORE_PATH}")],
            &[&made.app()],
        )
        .succeeded(),
    );
    assert_eq!(size(&made.app()), before);
    made.works();
}

#[test]
fn a_record_of_ldshim_patch_goes_when_patchelf_changes_the_file() {
    let made = Made::new(PADDED);
    drop(
        crate::made::patch(
            &["--set-rpath", "$ORIGIN:/nix/store/secret"],
            &[&made.app()],
        )
        .succeeded(),
    );
    let _ = patchelf(&made, &["--print-rpath"], &[&made.app()]).succeeded();
    let with = fs::read(made.app()).unwrap();
    drop(patchelf(&made, &["--add-needed", "libm.so.6"], &[&made.app()]).succeeded());
    let without = fs::read(made.app()).unwrap();
    let has_record = |bytes: &[u8]| bytes.ends_with(b"ldshim undo 1\0\0");
    assert_eq!((has_record(&with), has_record(&without)), (true, false));
    made.works();
}

#[test]
fn damaged_section_headers_are_refused_in_its_words() {
    let made = Made::new(DENSE);
    let whole = fs::read(made.app()).unwrap();
    let table = u64::from_le_bytes(whole[40..48].try_into().unwrap()) as usize;
    let names = usize::from(u16::from_le_bytes(whole[62..64].try_into().unwrap()));
    let cases: [(usize, &[u8], &str); 5] = [
        (62, &[0xff, 0xff], "string table index out of bounds"),
        (58, &[0x30, 0], "section headers have wrong size"),
        (
            table + names * 64 + 32,
            &[0; 8],
            "string table size is zero",
        ),
        (
            table + names * 64 + 32,
            &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
            "data region extends past file end",
        ),
        (
            table + 64,
            &[0xff, 0xff, 0xff, 0x7f],
            "section name offset out of bounds",
        ),
    ];
    for (at, bytes, expected) in cases {
        let mut damaged = whole.clone();
        damaged[at..at + bytes.len()].copy_from_slice(bytes);
        fs::write(made.app(), damaged).unwrap();
        let ran = patchelf(&made, &["--set-rpath", "/a"], &[&made.app()]);
        assert_eq!(
            (ran.code, ran.stderr),
            (Some(1), format!("patchelf: {expected}\n"))
        );
    }
}

#[test]
fn files_without_a_dynamic_table_get_its_answers() {
    let made = Made::new(&["-g"]);
    made.write("static.c", "int main(void) { return 0; }");
    made.compile("static", "static.c", &["-static"]);
    let debug = made.path("app.debug");
    let mut objcopy = Command::new("objcopy");
    drop(Ran::of(objcopy.arg("--only-keep-debug").arg(made.app()).arg(&debug)).succeeded());
    let none = |name| {
        format!(
            "patchelf: cannot find section '{name}'. The input file is most likely statically linked\n"
        )
    };
    for arguments in [
        &["--print-rpath"][..],
        &["--print-needed"],
        &["--set-rpath", "/a"],
        &["--shrink-rpath"],
    ] {
        let ran = patchelf(&made, arguments, &[&made.path("static")]);
        assert_eq!(
            (ran.code, ran.stderr),
            (Some(1), none(".dynamic")),
            "{arguments:?}"
        );
        let ran = patchelf(&made, arguments, &[&debug]);
        assert_eq!(
            (ran.code, ran.stdout, ran.stderr),
            (Some(0), String::new(), String::new()),
            "{arguments:?}"
        );
    }
    for file in [made.path("static"), made.library()] {
        let ran = patchelf(&made, &["--set-interpreter", "/l"], &[&file]);
        assert_eq!((ran.code, ran.stderr), (Some(1), none(".interp")));
    }
    let ran = patchelf(&made, &["--print-rpath"], &[made.path(".").as_path()]);
    assert_eq!(
        ran.stderr,
        format!(
            "patchelf: reading '{}': Is a directory\n",
            made.path(".").display()
        )
    );
}
