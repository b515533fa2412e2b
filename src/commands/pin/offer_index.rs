//! Where there is no index: an offer to get one.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;

use super::prompt;
use crate::commands::index::update::{self, Origin};
use crate::index::{Index, Named, PUBLISHED_SIZE};
use crate::style::Mark;

/// Who has declined is not asked again for the next program of a folder.
static IS_DECLINED: AtomicBool = AtomicBool::new(false);

/// Asks whether to get one, and gets it. What is on this machine needs no question.
///
/// # Errors
/// It cannot be had.
pub(super) fn offer(say: fn(&str) -> Result<()>) -> Result<Option<Index>> {
    if IS_DECLINED.load(Ordering::Relaxed) {
        return Ok(None);
    }
    let question = match update::origin(None)? {
        Origin::Here(_) => None,
        Origin::Download(url) => Some(match Named::by_variable()? {
            Some(_) => format!("Download it from {url}?"),
            None => format!("Download that of nix-index-database ({PUBLISHED_SIZE}, once)?"),
        }),
    };
    if let Some(question) = question {
        // On a line of its own: a question that is wider than the terminal would stay there in part when it is answered.
        say(&Mark::Known.line("There is no index yet that says which packages have that."))?;
        if prompt::confirm(&question)? != Some(true) {
            IS_DECLINED.store(true, Ordering::Relaxed);
            return Ok(None);
        }
    }
    update::update(None, say)?;
    Index::open_default()
}
