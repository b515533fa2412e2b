//! Libraries that no package has. What can be had is pinned without them.

/// A library that no package has.
#[derive(Debug)]
pub(in crate::commands) struct Left {
    /// Its name.
    pub(in crate::commands) name: String,
    /// Why it is left out, in words.
    pub(in crate::commands) reason: String,
}

/// Why libraries are left out, a line for each, with a line break before it.
pub(in crate::commands) fn text(left: &[Left]) -> String {
    let reasons = left.iter().map(|it| format!("\n{}", it.reason));
    reasons.collect()
}
