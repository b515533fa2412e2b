//! Programs behind wrappers of nixpkgs.

use std::fs;
use std::path::Path;

use crate::common::Ran;
use crate::made::{Made, bare, clean};
use crate::stored::{Stored, bash, write};

/// A package with the program `needs` as `.needs-wrapped`, and one with a file.
fn packages(made: &Made) -> (Stored, Stored) {
    made.compile("needs.c", "needs/bin/.needs-wrapped", &[]);
    write(&made.at("data/bin/tool"), "#!/bin/sh\necho tool\n");
    (Stored::add(made, "needs"), Stored::add(made, "data"))
}

/// The answers of the bundle's program in a root without a store.
fn answers(bundle: &Path, questions: &[&str]) -> String {
    let root = bare(bundle)
        .bind("/proc", "/proc")
        .link("/busybox/bin/busybox", "/bin/readlink");
    let mut command = clean("/somewhere/bin/needs");
    root.apply_to(&mut command, "/");
    command.args(questions).env("PATH", "/usr/bin:/bin");
    Ran::of(&mut command).succeeded().stdout
}

#[test]
fn settings_of_a_shell_wrapper_are_made_without_it() {
    let made = Made::new();
    let (needs, data) = packages(&made);
    let tools = data.text("bin");
    let text = format!(
        "#! /nix/store/none/bin/bash -e\nexport SAID='it'\\''s'\n\
         PATH=${{PATH:+':'$PATH':'}}\nPATH=${{PATH/':''{tools}'':'/':'}}\nPATH='{tools}'$PATH\n\
         PATH=${{PATH#':'}}\nPATH=${{PATH%':'}}\nexport PATH\n\
         exec -a \"$0\" \"{}\"  --first \"$@\" \n",
        needs.text("bin/.needs-wrapped")
    );
    write(&made.at("wrapper/bin/needs"), &text);
    let wrapper = Stored::add(&made, "wrapper");
    let program = wrapper.text("bin/needs");
    Ran::of(&mut made.bundle(&[&program, "--out", "out"])).succeeded();
    let out = made.at("out");
    let tools = Path::new("/somewhere").join(data.in_bundle("bin"));
    let expected = format!(
        "[--first]\n/somewhere/bin/needs\nit's\n{}:/usr/bin:/bin\n",
        tools.display()
    );
    assert_eq!(answers(&out, &["name", "$SAID", "$PATH"]), expected);
    assert!(out.join(data.in_bundle("bin/tool")).exists());
    assert!(!out.join(wrapper.in_bundle("bin/needs")).exists());
    // The program without its wrapper has none of this.
    let program = needs.text("bin/.needs-wrapped");
    Ran::of(&mut made.bundle(&[&program, "--out", "bare"])).succeeded();
    fs::rename(
        made.at("bare/bin/.needs-wrapped"),
        made.at("bare/bin/needs"),
    )
    .unwrap();
    assert_eq!(answers(&made.at("bare"), &["$SAID"]), "unset\n");
}

#[test]
fn settings_of_a_binary_wrapper_are_made_without_it() {
    let made = Made::new();
    let (needs, data) = packages(&made);
    let program = needs.text("bin/.needs-wrapped");
    let value = data.text("bin/tool");
    let command = format!(
        "'{program}' \\\\\\n    --inherit-argv0 \\\\\\n    --set 'SAID' '{value}' \\\\\\n    --add-flag 'a b'"
    );
    let flags = [
        format!("-DPROGRAM=\"{program}\""),
        format!("-DCOMMAND=\"{command}\""),
    ];
    made.compile(
        "binary_wrapper.c",
        "wrapper/bin/needs",
        &[&flags[0], &flags[1]],
    );
    let wrapper = Stored::add(&made, "wrapper");
    Ran::of(&mut made.bundle(&[&wrapper.text("bin/needs"), "--out", "out"])).succeeded();
    let value = Path::new("/somewhere").join(data.in_bundle("bin/tool"));
    let expected = format!("[a b]\n{}\n", value.display());
    assert_eq!(answers(&made.at("out"), &["$SAID"]), expected);
}

#[test]
fn a_wrapper_that_does_more_stays_a_script_of_the_bundles_bash() {
    let made = Made::new();
    let (needs, data) = packages(&made);
    let bash = bash(&made);
    let text = format!(
        "#! {} -e\nif [[ -x '{tool}' ]]; then SAID=$({tool}); fi\nexport SAID=\"$SAID {tool}\"\n\
         exec -a \"$0\" \"{}\"  \"$@\" \n",
        bash.text("bin/bash"),
        needs.text("bin/.needs-wrapped"),
        tool = data.text("bin/tool"),
    );
    write(&made.at("wrapper/bin/needs"), &text);
    let wrapper = Stored::add(&made, "wrapper");
    Ran::of(&mut made.bundle(&[&wrapper.text("bin/needs"), "--out", "out"])).succeeded();
    let tool = Path::new("/somewhere").join(data.in_bundle("bin/tool"));
    let expected = format!("tool {}\n[a  b]\n", tool.display());
    assert_eq!(answers(&made.at("out"), &["$SAID", "a  b"]), expected);
    let manifest = ldshim::bundle::read(&made.at("out")).unwrap();
    assert_eq!(manifest.programs[0].start, ldshim::bundle::Start::Script);
}

#[test]
fn a_wrapper_of_what_is_gone_is_an_error() {
    let made = Made::new();
    write(
        &made.at("needs"),
        "#!/bin/bash\nexec \"/gone/program\" \"$@\"\n",
    );
    let ran = Ran::of(&mut made.bundle(&["needs", "--out", "out"]));
    ran.failed_with("is a wrapper of /gone/program, which cannot be opened");
    assert!(!made.at("out").exists());
}
