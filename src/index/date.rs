//! How old an index is, and a database that one is made of.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Files in the Nix store are all from the beginning of 1970.
const EPOCH: Duration = Duration::from_secs(24 * 60 * 60);

/// When a file was made; of one in the Nix store, where nobody knows that, when it came there. Nothing if there is none.
#[must_use]
pub fn date(file: &Path) -> Option<SystemTime> {
    let metadata = fs::metadata(file).ok()?;
    let modified = metadata.modified().ok()?;
    if modified > SystemTime::UNIX_EPOCH + EPOCH {
        return Some(modified);
    }
    let changed = u64::try_from(metadata.ctime()).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(changed))
}

/// How long ago that was, in days. A clock that was set back makes it new.
#[must_use]
pub fn days_since(date: SystemTime) -> u64 {
    date.elapsed().unwrap_or_default().as_secs() / (24 * 60 * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_the_stores_date_is_as_old_as_its_place_there() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let now = SystemTime::now();
        let long_ago = now - Duration::from_secs(100 * 24 * 60 * 60);
        file.as_file().set_modified(long_ago).unwrap();
        assert_eq!(days_since(date(file.path()).unwrap()), 100);
        let of_store = SystemTime::UNIX_EPOCH + Duration::from_secs(1);
        file.as_file().set_modified(of_store).unwrap();
        assert_eq!(days_since(date(file.path()).unwrap()), 0);
        assert_eq!(date(Path::new("/nonexistent")), None);
    }
}
