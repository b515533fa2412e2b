//! What a user looks for.

use anyhow::{Result, ensure};

use super::pattern::Pattern;

/// What a user looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// Libraries of this file name.
    Name(String),
    /// Libraries whose file names fit.
    Names(Pattern),
    /// The library at this path: its folder, and its file name.
    Path(String, String),
    /// Libraries whose paths fit.
    Paths(Pattern),
}

impl Query {
    /// Reads what a user has written.
    ///
    /// # Errors
    /// It is empty, has a slash and is no path, or a set in it has no end.
    pub fn new(text: &str, is_path: bool) -> Result<Self> {
        ensure!(
            !text.is_empty(),
            "no name to look for; name a library, such as libz.so.1"
        );
        let is_pattern = text.contains(['*', '?', '[']);
        if is_path {
            let text = text.strip_prefix('/').unwrap_or(text);
            if is_pattern {
                return Ok(Self::Paths(Pattern::new(text)?));
            }
            let (folder, name) = text.rsplit_once('/').unwrap_or(("", text));
            return Ok(Self::Path(folder.into(), name.into()));
        }
        ensure!(
            !text.contains('/'),
            "{text} has a slash, and is compared with file names; with --path it is compared with whole paths"
        );
        if is_pattern {
            return Ok(Self::Names(Pattern::new(text)?));
        }
        Ok(Self::Name(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_without_an_end_is_refused() {
        for text in ["lib[a", "lib[", "lib[]", "lib[!]"] {
            let error = Query::new(text, false).unwrap_err().to_string();
            assert!(error.contains(text), "{error}");
        }
    }

    #[test]
    fn a_slash_needs_path() {
        let error = Query::new("lib/libz.so", false).unwrap_err().to_string();
        assert!(error.contains("--path"), "{error}");
        let path = Query::Path("lib".into(), "libz.so".into());
        assert_eq!(Query::new("/lib/libz.so", true).unwrap(), path);
        assert!(Query::new("", false).is_err());
    }
}
