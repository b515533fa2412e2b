//! A limit for how long a program waits for its pin.

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::termios::{SetArg, tcgetattr, tcsetattr};

use super::{prompt, target};
use crate::pin::{self, Mark, State};
use crate::printable::{self, Shown as _};
use crate::terminal::complain;

/// The variable that sets the limit, in seconds.
const VARIABLE: &str = "NIX_LD_ON_DEMAND_TIMEOUT";
/// The limit where it is not set.
const DEFAULT: Duration = Duration::from_secs(120);

/// A longer one means the same to whoever waits, and could not be added to a time.
const MOST: Duration = Duration::from_secs(24 * 60 * 60);

/// How much later than Nix's commands this process ends, so that their failure is what is told.
const GRACE: Duration = Duration::from_secs(1);

/// When the time is over. Nix's commands are to be stopped then; and if this process waits for
/// something else, such as an answer, it ends a little later. What was to be done for the program at
/// `path` has failed then.
pub(super) fn set(path: &Path) -> Instant {
    let path = PathBuf::from(path);
    let limit = limit(env::var(VARIABLE).ok().as_deref());
    // A question that is open has changed how the terminal works.
    let terminal = tcgetattr(io::stdin()).ok();
    thread::spawn(move || {
        thread::sleep(limit + GRACE);
        if let Some(terminal) = terminal.filter(|_| !prompt::is_in_background()) {
            _ = tcsetattr(io::stdin(), SetArg::TCSADRAIN, &terminal);
            _ = dialoguer::console::Term::stderr().show_cursor();
        }
        if let (Ok(state), Ok(identity)) = (State::of_user(), target::identity(&path)) {
            _ = pin::mark(&state, identity.short, Mark::Failed);
        }
        let name = path.shown();
        let path = printable::shell_word(&path);
        let seconds = limit.as_secs();
        complain(&format!(
            "no pin for {name} within {seconds} seconds; without hurry: ldshim pin {path}"
        ));
        process::exit(1);
    });
    Instant::now() + limit
}

fn limit(text: Option<&str>) -> Duration {
    let seconds = text.and_then(|it| it.trim().parse().ok());
    let seconds = seconds.filter(|&it: &u64| it > 0);
    seconds.map_or(DEFAULT, Duration::from_secs).min(MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_a_number_of_seconds() {
        assert_eq!(limit(Some("7")), Duration::from_secs(7));
        assert_eq!(limit(Some("9223372036854775807")), MOST);
        for none in [None, Some(""), Some("0"), Some("-1"), Some("soon")] {
            assert_eq!(limit(none), DEFAULT, "{none:?}");
        }
    }
}
