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

/// At a terminal, for zsh completes nowhere else.
#[test]
fn zsh_completes_names_of_libraries() {
    let complete = |line: &str| {
        let script = format!(
            "zmodload zsh/zpty; zpty shell zsh -f -i
             zpty -w shell 'PS1=; autoload -U compinit; compinit -u -D; source ./zsh; compdef _ldshim ldshim; echo re\\ady'
             zpty -r shell heard '*ready*'
             zpty -w -n shell \"{line}\"$'\\t'
             zpty -w shell ' ;echo do\\ne'
             zpty -r shell heard '*done*'; print -r -- $heard"
        );
        said(&["zsh", "-f", "-c"], &script)
    };
    let heard = complete("echo got; ldshim locate libpl");
    assert!(heard.contains("libplug.so"), "{heard}");
    let heard = complete("echo got; ldshim explain libpl");
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
