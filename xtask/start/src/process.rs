//! Running other programs: quiet unless they fail.

use std::process::{Command, Output};

use anyhow::{Context, Result, bail};

/// Runs `command` and returns what it printed on standard output.
///
/// # Errors
/// It cannot be started, or ends with another status than 0: then the message has the command line
/// and the last lines of its standard error.
pub fn run(command: &mut Command) -> Result<String> {
    let line = command_line(command);
    let output = command
        .output()
        .with_context(|| format!("cannot run `{line}`"))?;
    if !output.status.success() {
        bail!(
            "`{line}` failed ({}):\n{}",
            output.status,
            last_lines(&output)
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What one would type to run `command`, as far as its words have no spaces.
pub fn command_line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    words.join(" ")
}

/// The end of what a failed command wrote, where its reason usually is.
fn last_lines(output: &Output) -> String {
    const SHOWN: usize = 15;
    let text = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<_> = text.lines().collect();
    let start = lines.len().saturating_sub(SHOWN);
    lines[start..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_output_of_a_command_that_succeeds_is_returned() {
        let output = run(Command::new("echo").arg("hello")).expect("echo runs");
        assert_eq!(output, "hello\n");
    }

    #[test]
    fn a_failure_shows_the_command_line_its_status_and_its_standard_error() {
        let error = run(Command::new("sh").args(["-c", "echo the reason >&2; exit 3"]))
            .expect_err("it exits with 3")
            .to_string();
        assert!(error.contains("`sh -c echo the reason"), "{error}");
        assert!(error.contains("exit status: 3"), "{error}");
        assert!(error.contains("\nthe reason"), "{error}");
    }

    #[test]
    fn a_command_that_does_not_exist_is_named() {
        let error = run(&mut Command::new("/no/such/command")).expect_err("it does not exist");
        assert!(error.to_string().contains("/no/such/command"), "{error}");
    }
}
