//! Is this the file that the manifest pins?

use std::fs;
use std::io;
use std::path::Path;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

/// Compares the SHA-256 of `file` with `expected`, in lower-case hexadecimal.
///
/// # Errors
/// `file` cannot be read, or the sums differ: then the file is deleted.
pub fn sha256(file: &Path, expected: &str) -> Result<()> {
    let actual = sum(file).with_context(|| format!("cannot read {}", file.display()))?;
    if actual != expected {
        let _ = fs::remove_file(file);
        bail!(
            "{} is not the file that tests/programs/programs.json pins; it is deleted\n  \
             SHA-256 expected: {expected}\n  SHA-256 found:    {actual}",
            file.display()
        );
    }
    Ok(())
}

fn sum(file: &Path) -> io::Result<String> {
    let digest = Sha256::digest(fs::read(file)?);
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the three bytes "abc": the example of FIPS 180-4.
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn a_file_with_the_expected_sum_is_kept() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("file");
        fs::write(&file, "abc").expect("a file");
        sha256(&file, ABC).expect("the sums are equal");
        assert!(file.exists());
    }

    #[test]
    fn a_file_with_another_sum_is_deleted_and_both_sums_are_shown() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("file");
        fs::write(&file, "abd").expect("a file");
        let error = sha256(&file, ABC).expect_err("the sums differ").to_string();
        let other = "a52d159f262b2c6ddb724a61840befc36eb30c88877a4030b65cbe86298449c9";
        assert!(error.contains(ABC) && error.contains(other), "{error}");
        assert!(!file.exists());
    }
}
