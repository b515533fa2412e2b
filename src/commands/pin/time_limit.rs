//! A limit for how long a program waits for its pin.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::sys::termios::{SetArg, tcgetattr, tcsetattr};
use nix::unistd::Pid;

use super::target;
use crate::pin::{self, Mark, State};

/// The variable that sets the limit, in seconds.
const VARIABLE: &str = "NIX_LD_ON_DEMAND_TIMEOUT";
/// The limit where it is not set.
const DEFAULT: Duration = Duration::from_secs(120);

/// Ends this process when the time is over, with its children. What was to be done for the program at
/// `path` has failed then.
pub(super) fn set(path: &Path) {
    let path = PathBuf::from(path);
    let limit = limit(env::var(VARIABLE).ok().as_deref());
    // A question that is open has changed how the terminal works.
    let terminal = tcgetattr(io::stdin()).ok();
    thread::spawn(move || {
        thread::sleep(limit);
        end_children(process::id());
        if let Some(terminal) = terminal {
            _ = tcsetattr(io::stdin(), SetArg::TCSADRAIN, &terminal);
            _ = dialoguer::console::Term::stderr().show_cursor();
        }
        if let (Ok(state), Ok(identity)) = (State::of_user(), target::identity(&path)) {
            _ = pin::mark(&state, identity.short, Mark::Failed);
        }
        let path = path.display();
        let seconds = limit.as_secs();
        eprintln!(
            "ldshim: no pin for {path} within {seconds} seconds; without hurry: ldshim pin {path}"
        );
        process::exit(1);
    });
}

fn limit(text: Option<&str>) -> Duration {
    let seconds = text.and_then(|it| it.trim().parse().ok());
    let seconds = seconds.filter(|&it: &u64| it > 0);
    seconds.map_or(DEFAULT, Duration::from_secs)
}

/// Asks all children of a process to end, and theirs.
fn end_children(process: u32) {
    let tasks = fs::read_dir(format!("/proc/{process}/task"));
    for task in tasks.into_iter().flatten().flatten() {
        let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
        for child in children.split_whitespace() {
            let Ok(child) = child.parse::<u32>() else {
                continue;
            };
            end_children(child);
            if let Ok(child) = i32::try_from(child) {
                _ = kill(Pid::from_raw(child), Signal::SIGTERM);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_a_number_of_seconds() {
        assert_eq!(limit(Some("7")), Duration::from_secs(7));
        for none in [None, Some(""), Some("0"), Some("-1"), Some("soon")] {
            assert_eq!(limit(none), DEFAULT, "{none:?}");
        }
    }

    #[test]
    fn children_and_theirs_are_ended() {
        let mut shell = process::Command::new("sh");
        let mut child = shell.args(["-c", "sleep 1000 & wait"]).spawn().unwrap();
        // Only this one: other tests have children too.
        while fs::read_to_string(format!("/proc/{0}/task/{0}/children", child.id()))
            .unwrap()
            .is_empty()
        {
            thread::yield_now();
        }
        end_children(child.id());
        assert!(
            child
                .wait()
                .unwrap()
                .code()
                .is_some_and(|it| it > 128 || it == 0)
        );
    }
}
