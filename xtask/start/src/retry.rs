//! Trying again what a network or a server may refuse for a moment.

use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

/// How long to wait before each further try, in seconds.
const PAUSES: [u64; 3] = [2, 6, 18];

/// Does `work`, and again up to three times while it fails, with a growing pause. Says so each time.
///
/// # Errors
/// That of the last try, with `what` could not be had.
pub fn retry<T>(what: &str, work: impl FnMut() -> Result<T>) -> Result<T> {
    retry_after(&PAUSES.map(Duration::from_secs), what, work)
}

fn retry_after<T>(
    pauses: &[Duration],
    what: &str,
    mut work: impl FnMut() -> Result<T>,
) -> Result<T> {
    for pause in pauses {
        match work() {
            Ok(value) => return Ok(value),
            Err(error) => eprintln!(
                "cannot get {what}: {error:#}\ntrying again in {} s",
                pause.as_secs()
            ),
        }
        thread::sleep(*pause);
    }
    let tries = pauses.len() + 1;
    work().with_context(|| {
        format!("could not get {what} in {tries} tries; what had arrived is kept for the next time")
    })
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    const AT_ONCE: [Duration; 3] = [Duration::ZERO; 3];

    /// Work that succeeds after so many failures, and how often it was tried.
    fn tried(failures: usize) -> (Result<()>, usize) {
        let mut tries = 0;
        let result = retry_after(&AT_ONCE, "the package", || {
            tries += 1;
            if tries <= failures {
                bail!("failure {tries}");
            }
            Ok(())
        });
        (result, tries)
    }

    #[test]
    fn what_succeeds_is_done_once() {
        let (result, tries) = tried(0);
        assert!(result.is_ok());
        assert_eq!(tries, 1);
    }

    #[test]
    fn what_fails_three_times_may_still_succeed() {
        let (result, tries) = tried(3);
        assert!(result.is_ok());
        assert_eq!(tries, 4);
    }

    #[test]
    fn what_fails_four_times_is_named_with_the_last_reason() {
        let (result, tries) = tried(4);
        assert_eq!(tries, 4);
        let error = format!("{:#}", result.expect_err("it never succeeds"));
        assert!(error.contains("could not get the package"), "{error}");
        assert!(error.ends_with("failure 4"), "{error}");
    }

    #[test]
    fn the_pauses_grow() {
        assert!(PAUSES.is_sorted_by(|a, b| a < b));
    }
}
