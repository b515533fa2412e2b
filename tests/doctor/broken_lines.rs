//! Messages that a terminal or a log has broken into lines, and names that were only tried

use ldshim::doctor::{Diagnosis, diagnose};

/// The kinds of messages in a text, each with its names in order.
fn found(text: &str) -> Vec<(&'static str, Vec<String>)> {
    let names = |it: Diagnosis| (it.trap.code, it.names.into_iter().map(|it| it.1).collect());
    diagnose(text).into_iter().map(names).collect()
}

#[test]
fn a_message_that_is_broken_at_a_space_is_one() {
    let message = "./tool: error while loading shared libraries: libz.so.1: cannot open shared\n\
                   object file: No such file or directory";
    assert_eq!(
        found(message),
        [("missing-library", vec!["libz.so.1".into(), "./tool".into()])]
    );
    let framed = "│ instantiate provider \"x\": fork/exec\n│ ./.terraform/x_v1: no such\n│ file or directory..";
    assert_eq!(
        found(framed),
        [("no-such-file", vec!["./.terraform/x_v1".into()])]
    );
}

#[test]
fn a_message_that_is_broken_within_a_word_is_one() {
    let message = "> .sh: line 12: /home/u/.vscode-server/bin/622cb03f7\n> 181fbd4/node: No such file or directory";
    let program = "/home/u/.vscode-server/bin/622cb03f7181fbd4/node".to_owned();
    assert_eq!(found(message), [("no-such-file", vec![program])]);
}

#[test]
fn a_cause_belongs_to_the_line_before_it() {
    let message = "error: Failed to query python interpreter `/x/python`\n  Caused by: No such file or directory (os error 2)";
    assert_eq!(found(message), [("no-such-file", vec!["/x/python".into()])]);
    let message = "Caused by:\n  could not execute process `/x/build-script -v` (never executed)\n\nCaused by:\n  No such file or \
                   directory (os error 2)";
    assert_eq!(
        found(message),
        [("no-such-file", vec!["/x/build-script".into()])]
    );
}

#[test]
fn lines_that_are_known_are_not_joined_with_others() {
    let message =
        "libz.so.1: cannot open shared object file\nlibx.so.1: cannot open shared object\nfile";
    assert_eq!(
        found(message),
        [("missing-library", vec!["libz.so.1".into()])]
    );
}

#[test]
fn names_that_were_only_tried_are_left_out() {
    let missing = ": cannot open shared object file: No such file or directory\n";
    let tried = [
        "/x/libX11.so.6",
        "/x/liblibX11.so.6",
        "/x/libX11.so.6.so",
        "libX11.so.6",
    ];
    let message = format!(
        "System.DllNotFoundException: Unable to load shared library 'libX11.so.6' or one of its dependencies. {}",
        tried.map(|it| it.to_owned() + missing).concat()
    );
    assert_eq!(
        found(&message),
        [("opened-library", vec!["libX11.so.6".into()])]
    );
}

#[test]
fn a_library_that_another_needs_comes_before_the_one_that_was_opened() {
    let message = "Unable to load shared library 'libSkiaSharp' or one of its dependencies.\n\
                   libfontconfig.so.1: cannot open shared object file: No such file or directory\n\
                   /x/libSkiaSharp.so: cannot open shared object file: No such file or directory\n";
    let expected = [
        ("missing-library", vec!["libfontconfig.so.1".to_owned()]),
        ("opened-library", vec!["libSkiaSharp".to_owned()]),
    ];
    assert_eq!(found(message), expected);
}

#[test]
fn a_library_in_brackets_is_the_one_that_is_missing() {
    let message = "Unable to load dynamic library 'x.so' (tried: /x/x.so (libz.so.1: cannot open shared object file: No such file)";
    assert_eq!(
        found(message),
        [("missing-library", vec!["libz.so.1".into()])]
    );
}

#[test]
fn what_says_little_counts_only_alone() {
    let little = "client 1 quit with code 127 and 0 signal\n";
    assert_eq!(found(little), [("ended-with-127", vec![])]);
    let both = format!("{little}Could not start dynamically linked executable: ./a");
    assert_eq!(found(&both), [("stub-ld", vec!["./a".into()])]);
}
