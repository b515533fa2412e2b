//! What commands and parameters make of paths, as texts.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

/// The path without links and `..`, if it is there.
pub(super) fn real(path: &str) -> Option<String> {
    let real = Path::new(path).canonicalize().ok()?;
    real.to_str().map(str::to_owned)
}

/// As dirname(1).
pub(super) fn folder_of(path: &str) -> String {
    let path = path.trim_end_matches('/');
    match path.rsplit_once('/') {
        Some(("", _)) => "/".into(),
        Some((folder, _)) => folder.to_owned(),
        None => ".".into(),
    }
}

/// `${x%pattern}` for the patterns that paths are cut with: `/*`, `.*`, `/bin`.
pub(super) fn without_end(text: &str, pattern: &str, longest: bool) -> Option<String> {
    let Some(start) = pattern.strip_suffix('*') else {
        return (!is_pattern(pattern))
            .then(|| text.strip_suffix(pattern).unwrap_or(text).to_owned());
    };
    let at = match longest {
        true => text.find(start),
        false => text.rfind(start),
    };
    (!is_pattern(start)).then(|| at.map_or(text, |at| &text[..at]).to_owned())
}

/// `${x#pattern}` and `${x##*/}`.
pub(super) fn without_start(text: &str, pattern: &str, longest: bool) -> Option<String> {
    let Some(end) = pattern.strip_prefix('*') else {
        return (!is_pattern(pattern))
            .then(|| text.strip_prefix(pattern).unwrap_or(text).to_owned());
    };
    let at = match longest {
        true => text.rfind(end),
        false => text.find(end),
    };
    (!is_pattern(end)).then(|| at.map_or(text, |at| &text[at + end.len()..]).to_owned())
}

fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

/// A path without `.` and with each `..` taken back, links not followed, as users would write it.
pub(super) fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                let _is_below = tidy.pop();
            }
            part => tidy.push(part.as_os_str()),
        }
    }
    match tidy.canonicalize().ok() == path.canonicalize().ok() {
        true => tidy,
        false => path.to_owned(),
    }
}

/// The last part of a path, as text.
pub(super) fn name_of(path: &str) -> &str {
    let path = Path::new(path);
    path.file_name().and_then(OsStr::to_str).unwrap_or_default()
}
