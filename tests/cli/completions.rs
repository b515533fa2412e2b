//! Completions, in the shells themselves.

use std::fs;
use std::process::Command;

use crate::locate::Home;

/// What a shell prints when this script is given to it, in a home with an index.
fn said(shell: &[&str], script: &str) -> String {
    let home = Home::with_index();
    let folder = home.0.path();
    for shell in ["bash", "fish", "zsh"] {
        let completions = home.ldshim(&["completions", shell]).succeeded();
        fs::write(folder.join(shell), completions.stdout).unwrap();
    }
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_ldshim"));
    let programs = program.parent().unwrap().display();
    let mut command = Command::new("timeout");
    command.arg("60").args(shell).arg(script);
    command.env_clear().current_dir(folder);
    command
        .env("HOME", folder)
        .env("PATH", format!("{programs}:/usr/bin:/bin"))
        .env("TERM", "dumb");
    let output = command.output().expect("the shell can be run");
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn bash_completes_names_of_libraries() {
    let complete = |words: &str, current: &str| {
        let script = format!(
            "source ./bash; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); \
             _ldshim_with_index ldshim '{current}' ''; printf '%s\n' \"${{COMPREPLY[@]}}\"; complete -p ldshim"
        );
        said(&["bash", "-c"], &script)
    };
    let names = complete("ldshim locate libz", "libz");
    assert!(
        names.starts_with("libz.so\nlibz.so.1\nlibz.so.1.3.1\n"),
        "{names}"
    );
    assert!(names.contains("-F _ldshim_with_index ldshim"), "{names}");
    assert!(complete("ldshim locate --p", "--p").starts_with("--path\n"));
    // Other subcommands have what they had.
    assert!(complete("ldshim loc", "loc").starts_with("locate\n"));
    assert!(!complete("ldshim explain libz", "libz").contains("libz.so"));
}

#[test]
fn bash_completes_packages_of_a_library() {
    let complete = |line: &str, words: &str, current: &str| {
        let script = format!(
            "source ./bash; COMP_LINE='{line}'; COMP_POINT=${{#COMP_LINE}}; COMP_WORDS=({words}); \
             COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); \
             _ldshim_with_index ldshim '{current}' ''; printf '%s\n' \"${{COMPREPLY[@]}}\""
        );
        said(&["bash", "-c"], &script)
    };
    let line = "ldshim pin --select libz.so.1=z";
    let words = "ldshim pin --select libz.so.1 = z";
    assert_eq!(complete(line, words, "z"), "zlib\n");
    let line = "ldshim pin --select=libz.so.1=";
    let words = "ldshim pin --select = libz.so.1 =";
    assert!(complete(line, words, "").contains("zlib\n"));
    let line = "ldshim fix --select libp";
    let words = "ldshim fix --select libp";
    assert_eq!(complete(line, words, "libp"), "libplug.so=\n");
    // A package that does not have it, and a flag that takes none.
    let line = "ldshim pin --select libz.so.1=no-such";
    let words = "ldshim pin --select libz.so.1 = no-such";
    assert_eq!(complete(line, words, "no-such").trim(), "");
    let line = "ldshim pin --nixpkgs libz.so.1=z";
    let words = "ldshim pin --nixpkgs libz.so.1 = z";
    assert!(!complete(line, words, "z").contains("zlib"));
}

#[test]
fn fish_and_zsh_complete_packages_of_a_library() {
    let fish = |line: &str| {
        let script = format!("source fish; complete -C '{line}'");
        said(&["fish", "--no-config", "-c"], &script)
    };
    let zlib = "libz.so.1=zlib\n";
    assert!(fish("ldshim pin --select libz.so.1=z").contains(zlib));
    assert!(fish("ldshim autopatch --select libpl").contains("libplug.so=\n"));
    assert!(!fish("ldshim pin --nixpkgs libz.so.1=z").contains("zlib"));
    let heard = on_zsh("echo got; ldshim pin --select libz.so.1=zl");
    assert!(heard.contains("libz.so.1=zlib"), "{heard}");
    let heard = on_zsh("echo got; ldshim pin --nixpkgs libz.so.1=zl");
    assert!(!heard.contains("=zlib"), "{heard}");
}

#[test]
fn fish_completes_names_of_libraries() {
    let complete = |line: &str| {
        let script = format!("source fish; complete -C '{line}'");
        said(&["fish", "--no-config", "-c"], &script)
    };
    assert_eq!(
        complete("ldshim locate libz.so"),
        "libz.so\nlibz.so.1\nlibz.so.1.3.1\n"
    );
    assert_eq!(complete("ldshim locate libpl"), "libplug.so\n");
    assert!(complete("ldshim locate ").contains("libplug.so\n"));
    assert!(!complete("ldshim explain libz").contains("libz.so"));
}

/// What is on a terminal when the tabulator completes this line: zsh completes nowhere else.
fn on_zsh(line: &str) -> String {
    let script = format!(
        "zmodload zsh/zpty; zpty shell zsh -f -i
         zpty -w shell 'PS1=; autoload -U compinit; compinit -u -D; source ./zsh; compdef _ldshim ldshim; echo re\\ady'
         zpty -r shell heard '*ready*'
         zpty -w -n shell \"{line}\"$'\\t'
         zpty -w shell ' ;echo do\\ne'
         zpty -r shell heard '*done*'; print -r -- $heard"
    );
    said(&["zsh", "-f", "-c"], &script)
}

#[test]
fn zsh_completes_names_of_libraries() {
    let heard = on_zsh("echo got; ldshim locate libpl");
    assert!(heard.contains("libplug.so"), "{heard}");
    let heard = on_zsh("echo got; ldshim explain libpl");
    assert!(!heard.contains("libplug.so"), "{heard}");
}

#[test]
fn names_are_listed_once_each() {
    let home = Home::with_index();
    let names = home.ldshim(&["locate", "--names", "lib*"]).succeeded();
    assert_eq!(
        names.stdout,
        "libplug.so\nlibz.so\nlibz.so.1\nlibz.so.1.3.1\n"
    );
}
