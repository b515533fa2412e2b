//! A command that was run to its end.

use std::io::ErrorKind;
use std::process::{Command, Output};
use std::thread::sleep;
use std::time::Duration;

/// What a command did.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    pub fn of(command: &mut Command) -> Self {
        let Output {
            status,
            stdout,
            stderr,
        } = output(command);
        Self {
            code: status.code(),
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
        }
    }

    #[track_caller]
    pub fn succeeded(self) -> Self {
        assert_eq!(self.code, Some(0), "{self:?}");
        self
    }

    /// It ended with status 1 and a message that has this text in it.
    #[track_caller]
    pub fn failed_with(self, text: &str) -> Self {
        assert_eq!(self.code, Some(1), "{self:?}");
        assert!(self.stderr.contains(text), "{text:?} is not in {self:?}");
        self
    }
}

/// Runs a command. A program that a test has just written may still be open for writing in a child of another test, between its
/// fork and its exec; until then the kernel does not execute it (ETXTBSY).
fn output(command: &mut Command) -> Output {
    for _ in 0..500 {
        match command.output() {
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => {
                sleep(Duration::from_millis(10));
            }
            output => return output.unwrap(),
        }
    }
    panic!("{command:?} is open for writing all the time");
}
