//! Patterns as the table has them, on lines of all kinds

use super::*;

/// The names that a pattern finds in a line, at the first anchor that leads to a match.
fn find(pattern: &'static str, line: &str) -> Option<Vec<(&'static str, String)>> {
    let pattern = Pattern::new(pattern);
    let anchors = pattern.anchors();
    { anchors.iter() }
        .flat_map(|anchor| line.match_indices(anchor))
        .find_map(|(at, _)| pattern.matches(line, at))
        .map(|it| it.names)
}

fn finds(pattern: &'static str, line: &str, names: &[(&str, &str)]) {
    let found = find(pattern, line).unwrap_or_else(|| panic!("{pattern} is not in {line}"));
    let found: Vec<_> = found.iter().map(|it| (it.0, &*it.1)).collect();
    assert_eq!(found, names, "{line}");
}

fn finds_nothing(pattern: &'static str, lines: &[&str]) {
    for line in lines {
        assert_eq!(find(pattern, line), None, "{line}");
    }
}

#[test]
fn a_pattern_without_holes_is_a_text_that_begins_a_word() {
    finds("out of luck", "he is out of luck today", &[]);
    finds_nothing("out of luck", &["he is out of town", "about of luck", ""]);
}

#[test]
fn a_hole_is_whatever_stands_between_what_is_known() {
    let pattern = "libraries: {library}: cannot open";
    finds(
        pattern,
        "x: libraries: libz.so.1: cannot open it",
        &[("library", "libz.so.1")],
    );
    finds(
        pattern,
        "libraries: a: b c: cannot open",
        &[("library", "a: b c")],
    );
    finds_nothing(
        pattern,
        &[
            "libraries: : cannot open",
            "libraries: a: cannot",
            "a: cannot open",
        ],
    );
}

#[test]
fn quotes_around_a_name_are_left_out() {
    let pattern = "version {version:GLIBC_} not found";
    finds(
        pattern,
        "libc.so.6: version `GLIBC_2.38' not found (x)",
        &[("version", "GLIBC_2.38")],
    );
    finds_nothing(pattern, &["version `XZ_5.2' not found"]);
    let pattern = "cannot run {program:quoted}: {error}";
    finds(
        pattern,
        r#"cannot run "/a \"b\"": ENOENT"#,
        &[("program", "/a \"b\"")],
    );
    finds(pattern, "cannot run ‘/a b’: ENOENT", &[("program", "/a b")]);
    finds_nothing(pattern, &["cannot run /a b: ENOENT"]);
}

#[test]
fn errors_are_told_in_all_their_words() {
    for (line, error) in [
        ("sudo: x: No such file or directory", Error::NotFound),
        ("sudo: x: no such file or directory", Error::NotFound),
        ("sudo: x: EACCES", Error::Denied),
        ("sudo: x: Exec format error", Error::Format),
        (
            "sudo: x: Accessing a corrupted shared library",
            Error::BadLoader,
        ),
    ] {
        let found = Pattern::new("sudo: {program}: {error}").matches(line, 0);
        assert_eq!(found.unwrap().error, Some(error), "{line}");
    }
    let pattern = "{error} - {program} (the object)";
    finds(
        pattern,
        "x: ENOENT - /a - b (the object)",
        &[("program", "/a - b")],
    );
    finds_nothing("sudo: {program}: {error}", &["sudo: x: Text file busy"]);
}

#[test]
fn an_opening_is_looked_for_from_the_right() {
    let pattern = "{@bash}{program}: cannot execute";
    finds(
        pattern,
        "/bin/bash: /a: b/c d: cannot execute",
        &[("program", "/a: b/c d")],
    );
    finds(
        pattern,
        "x: bash: line 3: ./a: cannot execute",
        &[("program", "./a")],
    );
    finds_nothing(
        pattern,
        &["cat: ./a: cannot execute", "./a: cannot execute"],
    );
}

#[test]
fn a_name_at_the_beginning_is_a_path_or_a_word() {
    let pattern = "{library:object}: cannot open shared";
    for (line, library) in [
        ("x: libz.so.1: cannot open shared", "libz.so.1"),
        ("Error: /a b/libz.so: cannot open shared", "/a b/libz.so"),
        (
            "cannot load /a b/libz.so: cannot open shared",
            "/a b/libz.so",
        ),
        ("failed (libz.so: cannot open shared", "libz.so"),
        ("said '/a b/libz.so': cannot open shared", "/a b/libz.so"),
    ] {
        finds(pattern, line, &[("library", library)]);
    }
    finds_nothing(pattern, &[": cannot open shared"]);
}

#[test]
fn a_loader_says_whose_it_is_before_the_object() {
    let pattern = "{library:library}: file too short";
    let line = "/a b/x: error while loading shared libraries: odd: name: file too short";
    finds(
        pattern,
        line,
        &[("library", "odd: name"), ("program", "/a b/x")],
    );
    let line = "1: sentence: error while loading shared libraries: libz.so: file too short";
    finds(pattern, line, &[("library", "libz.so")]);
    finds_nothing(pattern, &["message: file too short"]);
}

#[test]
fn a_name_at_the_end_goes_on_to_the_end() {
    let pattern = "not started: {program}";
    finds(
        pattern,
        "not started: /My Games/run",
        &[("program", "/My Games/run")],
    );
    finds(
        pattern,
        "(not started: /My Games/run)",
        &[("program", "/My Games/run")],
    );
    finds(pattern, "not started: '/a b' (x)", &[("program", "/a b")]);
    finds(
        "load {library:driver}",
        "load libcuda.so.1, or not",
        &[("library", "libcuda.so.1")],
    );
}

#[test]
fn kinds_are_looked_at() {
    finds_nothing("x says {library:driver}", &["x says libGL.so.1"]);
    finds(
        "x says {library:driver-finder}",
        "x says libGL.so.1",
        &[("library", "libGL.so.1")],
    );
    finds_nothing("x says {n:number} times", &["x says a times"]);
    finds_nothing("x says {p:path}: no", &["x says cannot open /y: no"]);
    finds_nothing(
        "x says {p:executed}: no",
        &["x says /y.json: no", "x says /dev/y: no"],
    );
    finds("x says {p:executed}: no", "x says /y: no", &[("p", "/y")]);
}

#[test]
fn braces_are_written_twice_and_names_with_an_underscore_are_not_told() {
    let pattern = "Os {{ code: {_code:number}, kind: {kind} }";
    finds(
        pattern,
        "Os { code: 2, kind: NotFound }",
        &[("kind", "NotFound")],
    );
}

#[test]
fn odd_patterns_and_letters_do_no_harm() {
    finds("{a:object}: nön", "ä ö: nön", &[("a", "ö")]);
    finds("ö{a}", "öö", &[("a", "ö")]);
    let long = "é".repeat(5000);
    finds_nothing("start {a}: no", &[&format!("start {long}: no")]);
    assert_eq!(find("{", "x"), None);
}
