//! `--color`, and what the environment says of colours.

use std::process::Command;

use crate::terminal::screen;

/// A command with a report that has colours, whatever system this is.
const DOCTOR: &[&str] = &[
    "doctor",
    "--message",
    "libz.so.1: cannot open shared object file",
];

fn ldshim(before: &[&str], arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ldshim"));
    command.env_clear().args(before).args(arguments);
    command.envs(variables.iter().copied());
    command
}

fn has_colours_on_a_terminal(mut command: Command) -> bool {
    let seen = screen(&mut command, 80);
    assert!(seen.len() > 20, "{seen}");
    seen.contains("\x1b[")
}

fn has_colours_in_a_pipe(mut command: Command) -> bool {
    let output = command.output().expect("it can be started");
    let seen = [output.stdout, output.stderr].concat();
    assert!(seen.len() > 20, "{}", String::from_utf8_lossy(&seen));
    seen.windows(2).any(|it| it == b"\x1b[")
}

/// A report, a help, and a complaint.
const ALL: [&[&str]; 3] = [
    DOCTOR,
    &["explain", "--help"],
    &["explain", "/no/such/program"],
];

#[test]
fn a_terminal_has_colours_and_a_pipe_has_none() {
    for it in ALL {
        assert!(has_colours_on_a_terminal(ldshim(&[], it, &[])), "{it:?}");
        assert!(!has_colours_in_a_pipe(ldshim(&[], it, &[])), "{it:?}");
    }
}

#[test]
fn the_environment_says_no_or_yes() {
    for it in ALL {
        let command = ldshim(&[], it, &[("NO_COLOR", "1")]);
        assert!(!has_colours_on_a_terminal(command), "{it:?}");
        let command = ldshim(&[], it, &[("CLICOLOR_FORCE", "1")]);
        assert!(has_colours_in_a_pipe(command), "{it:?}");
    }
}

#[test]
fn the_option_goes_before_the_environment() {
    for it in ALL {
        let no = [("NO_COLOR", "1")];
        let command = ldshim(&["--color", "always"], it, &no);
        assert!(has_colours_in_a_pipe(command), "{it:?}");
        let command = ldshim(&["--color=never"], it, &[("CLICOLOR_FORCE", "1")]);
        assert!(!has_colours_on_a_terminal(command), "{it:?}");
        let command = ldshim(&["--color=auto"], it, &[]);
        assert!(has_colours_on_a_terminal(command), "{it:?}");
    }
    // Behind the command, too.
    let command = ldshim(&[], &["explain", "--color", "always", "--help"], &[]);
    assert!(has_colours_in_a_pipe(command));
}

#[test]
fn json_has_no_colours() {
    let mut arguments = DOCTOR.to_vec();
    arguments.push("--json");
    assert!(!has_colours_on_a_terminal(ldshim(&[], &arguments, &[])));
}

#[test]
fn what_is_no_choice_is_refused() {
    let output = ldshim(&["--color", "blue"], DOCTOR, &[]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("auto, always, never"), "{said}");
}

#[test]
fn a_programs_own_option_is_not_meant() {
    let program = ["run", "/no/such/program", "--color", "always"];
    assert!(!has_colours_in_a_pipe(ldshim(&[], &program, &[])));
    // Without a command, it is before the program.
    let output = ldshim(&["--color", "never"], &["/no/such/program"], &[]).output();
    let said = output.unwrap().stderr;
    let said = String::from_utf8_lossy(&said);
    assert!(said.contains("/no/such/program"), "{said}");
    assert!(!said.contains("subcommand"), "{said}");
}
