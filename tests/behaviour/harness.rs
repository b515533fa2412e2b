//! Tests of the harness itself: that it refuses what would test nothing, and that its tests can fail.

use std::fs;
use std::path::Path;

use libtest_mimic::Trial;

use crate::directives::Case;
use crate::outcome::{Ending, Expected, Outcome, Text};
use crate::run;

/// The tests.
pub fn trials() -> Vec<Trial> {
    let tests: [(&str, fn()); 6] = [
        ("refuses_unknown_directives", refuses_unknown_directives),
        (
            "refuses_tests_without_a_control",
            refuses_tests_without_a_control,
        ),
        (
            "refuses_controls_that_control_nothing",
            refuses_controls_that_control_nothing,
        ),
        (
            "reads_directives_of_the_head_only",
            reads_directives_of_the_head_only,
        ),
        (
            "refuses_names_that_stand_for_nothing",
            refuses_names_that_stand_for_nothing,
        ),
        ("sees_every_difference", sees_every_difference),
    ];
    let trial = |(name, test): (&str, fn())| {
        let run = move || {
            test();
            Ok(())
        };
        Trial::test(format!("harness::{name}"), run)
    };
    tests.into_iter().map(trial).collect()
}

fn error(text: &str) -> String {
    let case = Case::parse(Path::new("/nowhere"), text);
    format!("{:#}", case.expect_err(text))
}

fn refuses_unknown_directives() {
    let control = "//@ run: a\n//@ control: b\n";
    for (line, wrong) in [
        ("//@ prgram: main main.c\n", "unknown directive"),
        ("//@ program:\n", "there is no path"),
        ("//@ run a\n", "there is no colon"),
        ("//@ run:\n", "it has no name"),
    ] {
        let error = error(&format!("{line}{control}"));
        assert!(error.contains(wrong), "{line}: {error}");
    }
    for line in [
        "program: main main.c",
        "stdin: x",
        "stdout-hsa: x",
        "plan: chace",
        "exit: x",
        "user: somebody",
    ] {
        assert!(error(&format!("{control}//@ {line}\n")).contains(line));
    }
}

fn refuses_tests_without_a_control() {
    assert!(error("//@ run: a\n//@ run: b\n").contains("no negative control"));
    assert!(error("").contains("no negative control"));
    assert!(error("//@ control: a\n").contains("needs a run before it"));
}

fn refuses_controls_that_control_nothing() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("harness-control");
    fs::create_dir_all(&folder).expect("a folder");
    let source = "int main(int argc, char **argv) { return argc - 1; }\n";
    let result = |expected: &str| {
        let directives =
            "//@ program: main main.c -static\n//@ run: a\n//@ stub: none\n//@ control: b\n";
        let text = format!("{directives}{expected}{source}");
        fs::write(folder.join("main.c"), text).expect("a file");
        run::case(&Case::read(&folder).expect("it is well-formed"))
    };
    let error = result("").expect_err("it behaves as the run");
    assert!(format!("{error:#}").contains("is no control"), "{error:#}");
    result("//@ command: /t/main more\n//@ exit: 1\n").expect("it behaves otherwise");
}

fn reads_directives_of_the_head_only() {
    let head = "// Text.\n//@ run: a\n//\n//@ control: b\n";
    let text = format!("{head}int main(void) {{}}\n// Text.\n");
    let case = Case::parse(Path::new("/nowhere"), &text).expect("it is well-formed");
    let names: Vec<_> = case.runs.iter().map(|run| run.name.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
    assert!(error(&format!("{head}\n//@ exit: 1\n")).contains("line 6: //@ exit: 1"));
    assert!(error(&format!("{head}// @ exit: 1\n")).contains("begins with `//@`"));
}

fn refuses_names_that_stand_for_nothing() {
    let head = "//@ run: a\n//@ control: b\n";
    assert!(
        error(&format!("{head}//@ env: A={{laoder}}\n")).contains("{laoder} stands for nothing")
    );
    let text = format!("{head}//@ env: A={{loader}}/{{D}} {{ }} {{\n");
    Case::parse(Path::new("/nowhere"), &text).expect("these are names, and no names");
}

fn sees_every_difference() {
    let lines = |lines: &[&str]| Text {
        lines: lines.iter().map(|&line| line.to_owned()).collect(),
        ..Text::default()
    };
    let has = |text: &str| Text {
        has: vec![text.to_owned()],
        ..Text::default()
    };
    let lacks = |text: &str| Text {
        lacks: vec![text.to_owned()],
        ..Text::default()
    };
    let outcome = Outcome {
        ending: Ending::Exit(0),
        stdout: b"a\nb\n".to_vec(),
        stderr: Vec::new(),
    };
    let differs = |ending, stdout, stderr| {
        let expected = Expected {
            ending,
            stdout,
            stderr,
        };
        expected.difference(&outcome).is_some()
    };
    let exit = || Ending::Exit(0);
    let nothing = Text::default;
    for stdout in [lines(&["a", "b"]), has("b"), lacks("c")] {
        assert!(!differs(exit(), stdout.clone(), nothing()), "{stdout:?}");
        assert!(differs(Ending::Exit(1), stdout.clone(), nothing()));
        assert!(differs(Ending::Signal(1), stdout.clone(), nothing()));
        assert!(differs(exit(), stdout, has("x")));
    }
    for stdout in [
        nothing(),
        lines(&["a"]),
        lines(&["a", "b", "c"]),
        lines(&["b", "a"]),
        has("c"),
        lacks("b"),
    ] {
        assert!(differs(exit(), stdout.clone(), nothing()), "{stdout:?}");
    }
}
