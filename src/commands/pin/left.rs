//! Libraries that no package has. What can be had is pinned without them.

/// A library that no package has.
#[derive(Debug)]
pub(super) struct Left {
    /// Its name.
    pub(super) name: String,
    /// Why it is left out, in words.
    pub(super) reason: String,
}

/// Why libraries are left out, a line for each, with a line break before it.
pub(super) fn text(left: &[Left]) -> String {
    let reasons = left.iter().map(|it| format!("\n{}", it.reason));
    reasons.collect()
}
