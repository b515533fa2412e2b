//! One writer at a time.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};

use super::place;
use super::state::State;

/// How often a lock with a deadline is tried.
const PATIENCE: Duration = Duration::from_millis(20);

/// A state that nobody else writes to. The kernel ends that with the process, however it ends.
pub(super) struct Lock {
    _file: Flock<std::fs::File>,
}

/// Waits until no other process writes to `state`, and makes its directories if they are missing.
pub(super) fn take(state: &State, deadline: Option<Instant>) -> Result<Lock> {
    place::prepare(state)?;
    let path = state.lock_file();
    let operation = || format!("cannot lock {}", path.display());
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true).mode(0o600);
    let mut file = options.open(&path).with_context(operation)?;
    let how = match deadline {
        Some(_) => FlockArg::LockExclusiveNonblock,
        None => FlockArg::LockExclusive,
    };
    loop {
        let errno = match Flock::lock(file, how) {
            Ok(locked) => return Ok(Lock { _file: locked }),
            Err((unlocked, errno)) => {
                file = unlocked;
                errno
            }
        };
        match errno {
            Errno::EINTR => {}
            Errno::EWOULDBLOCK if deadline.is_some_and(|it| Instant::now() < it) => {
                thread::sleep(PATIENCE);
            }
            Errno::EWOULDBLOCK => bail!(
                "cannot lock {}: another ldshim has been writing for too long; wait for it, or end it",
                path.display()
            ),
            errno => return Err(errno).with_context(operation),
        }
    }
}
