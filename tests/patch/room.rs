//! Each way in which room is found, from the cheapest on.

use std::fs;

use crate::common::Ran;
use crate::made::{DENSE, Made, PADDED, STORE_PATH, large_path, patch, printed, segments, size};

/// Makes an edit and returns what `-v` says of it, without the file's name.
#[track_caller]
fn said(arguments: &[&str], made: &Made) -> String {
    let mut all = vec!["-v", "--no-undo"];
    all.extend(arguments);
    let Ran { stderr, .. } = patch(&all, &[&made.app()]).succeeded();
    made.works();
    stderr
}

#[test]
fn in_place_of_the_old_string() {
    let made = Made::new(&[PADDED, &["-Wl,-rpath,/a/search/path/that/is/long"]].concat());
    let before = size(&made.app());
    let said = said(&["--set-rpath", "$ORIGIN:/b"], &made);
    assert!(said.contains("in place of the old string"), "{said}");
    assert_eq!(size(&made.app()), before);
    // Nothing is left of what was there.
    let bytes = fs::read(made.app()).unwrap();
    assert!(!bytes.windows(9).any(|it| it == b"that/is/l"));
}

#[test]
fn as_the_end_of_a_string_that_is_there() {
    let made = Made::new(PADDED);
    fs::rename(made.library(), made.path("made.so")).unwrap();
    let said = said(&["--replace-needed", "libmade.so", "made.so"], &made);
    assert!(said.contains("made.so: in"), "{said}");
    assert!(!said.contains("behind the end"), "{said}");
}

#[test]
fn where_a_string_was_that_nobody_refers_to() {
    let made = Made::new(PADDED);
    let long = format!("$ORIGIN:{STORE_PATH}");
    let _ = said(&["--set-rpath", &long], &made);
    let _ = said(
        &["--set-rpath", &format!("{long}:/one/more/directory")],
        &made,
    );
    let before = size(&made.app());
    let said = said(&["--add-needed", "libm.so.6"], &made);
    assert!(
        said.contains("libm.so.6: where an unused string was"),
        "{said}"
    );
    assert_eq!(size(&made.app()), before);
}

#[test]
fn in_padding_up_to_the_next_page() {
    let made = Made::new(PADDED);
    let (before, loads) = (size(&made.app()), segments(&made.app(), "LOAD"));
    let original = made.path("original");
    fs::copy(made.app(), &original).unwrap();
    let said = said(&["--set-rpath", &format!("$ORIGIN:{STORE_PATH}")], &made);
    assert!(said.contains("into padding"), "{said}");
    assert_eq!(
        (size(&made.app()), segments(&made.app(), "LOAD")),
        (before, loads)
    );
    made.is_sound("app", &original);
}

#[test]
fn in_a_new_segment_and_then_in_the_same_one() {
    let made = Made::new(DENSE);
    let (before, loads) = (size(&made.app()), segments(&made.app(), "LOAD"));
    let original = made.path("original");
    fs::copy(made.app(), &original).unwrap();
    let first = said(
        &["--set-rpath", &format!("$ORIGIN:{}", large_path())],
        &made,
    );
    assert!(first.contains("a new segment"), "{first}");
    let once = size(&made.app());
    assert!(once > before);
    assert_eq!(segments(&made.app(), "LOAD"), loads + 1);
    made.is_sound("app", &original);
    let second = said(
        &[
            "--add-needed",
            "libm.so.6",
            "--add-rpath",
            &"/x".repeat(2000),
        ],
        &made,
    );
    assert!(!second.contains("a new segment"), "{second}");
    assert_eq!(segments(&made.app(), "LOAD"), loads + 1);
    made.is_sound("app", &original);
}

#[test]
fn by_a_program_header_that_another_one_makes_needless() {
    let made = Made::new(&[DENSE, &["-fcf-protection=full"]].concat());
    let notes = segments(&made.app(), "NOTE");
    let said = said(
        &["--set-rpath", &format!("$ORIGIN:{}", large_path())],
        &made,
    );
    assert!(said.contains("the program header of a note"), "{said}");
    assert_eq!(segments(&made.app(), "NOTE"), notes - 1);
}

#[test]
fn by_one_more_program_header_where_tables_make_way() {
    let made = Made::new(&[DENSE, &["-fcf-protection=none", "-Wl,-z,nognustack"]].concat());
    let said = said(
        &[
            "--set-rpath",
            &format!("$ORIGIN:{}", large_path()),
            "--set-interpreter",
            &long_loader(&made),
        ],
        &made,
    );
    assert!(said.contains("a new segment"), "{said}");
    // Kernels before 5.18 look for the table where the first segment is.
    let headers = Ran::of(
        std::process::Command::new("readelf")
            .arg("-hW")
            .arg(made.app()),
    )
    .stdout;
    assert!(
        headers.contains("Start of program headers:          64 "),
        "{headers}"
    );
}

#[test]
fn a_dynamic_table_without_spare_entries_moves() {
    for flags in [PADDED, DENSE] {
        let made = Made::new(&[flags, &["-Wl,--spare-dynamic-tags=0"]].concat());
        let original = made.path("original");
        fs::copy(made.app(), &original).unwrap();
        let said = said(&["--add-needed", "libm.so.6"], &made);
        assert!(said.contains("the dynamic table moves"), "{said}");
        assert_eq!(
            printed("needed", &made.app()),
            "libm.so.6\nlibmade.so\nlibc.so.6"
        );
        made.is_sound("app", &original);
    }
}

#[test]
fn the_same_edits_again_change_nothing() {
    for flags in [PADDED, DENSE] {
        let made = Made::new(flags);
        let edits = [
            "--set-rpath",
            &format!("$ORIGIN:{STORE_PATH}"),
            "--add-needed",
            "libm.so.6",
        ];
        let _ = said(&edits, &made);
        let once = fs::read(made.app()).unwrap();
        let again = said(&edits, &made);
        assert_eq!(again, "");
        assert!(once == fs::read(made.app()).unwrap());
    }
}

#[test]
fn the_same_input_and_edits_make_the_same_bytes() {
    let made = Made::new(DENSE);
    fs::copy(made.app(), made.path("copy")).unwrap();
    let edits = ["--set-rpath", STORE_PATH, "--set-interpreter", STORE_PATH];
    drop(patch(&edits, &[&made.app(), &made.path("copy")]).succeeded());
    assert!(fs::read(made.app()).unwrap() == fs::read(made.path("copy")).unwrap());
}

/// The machine's loader by a path that is long.
fn long_loader(made: &Made) -> String {
    let own = printed("interpreter", &made.app());
    format!("{}{own}", "/.".repeat(100))
}

#[test]
fn a_segment_of_which_everything_has_moved_elsewhere_goes() {
    let made = Made::new(&[DENSE, &["-Wl,-z,norelro", "-Wl,--hash-style=both"]].concat());
    let original = made.path("original");
    fs::copy(made.app(), &original).unwrap();
    let large = format!("$ORIGIN:{}", large_path());
    let _ = said(&["--set-rpath", &large], &made);
    for number in 0..12 {
        let name = format!("libm{number}.so");
        std::os::unix::fs::symlink("libmade.so", made.path(&name)).unwrap();
        let _ = said(&["--add-needed", &name], &made);
    }
    let _ = said(&["--set-rpath", &format!("{large}{large}")], &made);
    made.is_sound("app", &original);
}

#[test]
fn thread_local_zeros_before_the_dynamic_table_are_not_taken_for_it() {
    let made = Made::empty();
    made.write("t.c", "__thread char b[64]; char *g(void) { return b; }");
    made.compile("t.so", "t.c", &["-shared", "-fPIC", "-nostartfiles"]);
    drop(patch(&["--set-rpath", "/x"], &[&made.path("t.so")]).succeeded());
    assert_eq!(printed("rpath", &made.path("t.so")), "/x");
}
