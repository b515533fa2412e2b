//! The environment block, byte for byte: also entries without `=`, and several of one name, which
//! `std::env` and `std::process::Command` would drop.

use std::ffi::CString;
use std::fs;

use anyhow::{Context, Result};

/// The environment of a process to be.
pub(super) struct Environment {
    entries: Vec<CString>,
}

impl Environment {
    /// The one that this process was started with.
    pub(super) fn inherited() -> Result<Self> {
        let path = "/proc/self/environ";
        Ok(Self::parse(
            &fs::read(path).with_context(|| format!("cannot read {path}"))?,
        ))
    }

    /// Splits a block of entries, each of which ends with a NUL.
    fn parse(block: &[u8]) -> Self {
        let entries = block.split_inclusive(|byte| *byte == 0);
        let bytes = entries.map(|entry| entry.strip_suffix(&[0]).unwrap_or(entry));
        // No part of what was split at NULs contains one.
        Self {
            entries: bytes.filter_map(|entry| CString::new(entry).ok()).collect(),
        }
    }

    /// The value of a variable. Of several it is the first, as for `getenv`; as everywhere in the
    /// stub, an empty one counts as unset.
    pub(super) fn get(&self, name: &str) -> Option<&[u8]> {
        let value = self.entries.iter().find_map(|entry| value(entry, name))?;
        (!value.is_empty()).then_some(value)
    }

    /// Takes out what would send the stub elsewhere than to what is baked into it. Nothing is ever added: the program and
    /// its children see no more than the caller has set.
    pub(super) fn drop_choice(&mut self) {
        self.entries
            .retain(|entry| !chooses_libraries(entry.as_bytes()));
    }

    /// What `execve` takes.
    pub(super) fn entries(&self) -> &[CString] {
        &self.entries
    }
}

fn value<'a>(entry: &'a CString, name: &str) -> Option<&'a [u8]> {
    entry
        .as_bytes()
        .strip_prefix(name.as_bytes())?
        .strip_prefix(b"=")
}

/// Whether an entry is NIX_LD or NIX_LD_LIBRARY_PATH, with or without the name of a Nix system
/// at the end. NIX_LD_LOG and others to come are not.
fn chooses_libraries(entry: &[u8]) -> bool {
    let name = entry.split(|byte| *byte == b'=').next().unwrap_or_default();
    name.strip_prefix(b"NIX_LD").is_some_and(|rest| {
        matches!(rest, b"" | b"_LIBRARY_PATH")
            || (rest.starts_with(b"_") && rest.ends_with(b"_linux"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(environment: &Environment) -> Vec<u8> {
        environment
            .entries()
            .iter()
            .flat_map(|entry| entry.as_bytes_with_nul())
            .copied()
            .collect()
    }

    #[test]
    fn a_block_passes_byte_for_byte() {
        for odd in [
            &b""[..],
            b"\0",
            b"\0\0",
            b"A=1\0A=2\0no equals\0=\0A=\xff\0",
            b"A=1\0\0B=2\0",
        ] {
            assert_eq!(block(&Environment::parse(odd)), odd);
        }
    }

    #[test]
    fn only_what_chooses_libraries_is_taken_out() {
        let before =
            b"NIX_LD=/a\0NIX_LD_LOG=info\0NIX_LD_x86_64_linux=/b\0NIX_LD_LIBRARY_PATH=/c\0\
            NIX_LD_LIBRARY_PATH_x86_64_linux=/d\0NIX_LDFLAGS=-L\0NIX_LD\0";
        let mut environment = Environment::parse(before);
        environment.drop_choice();
        assert_eq!(block(&environment), b"NIX_LD_LOG=info\0NIX_LDFLAGS=-L\0");
    }

    #[test]
    fn the_first_of_several_counts_and_an_empty_one_is_unset() {
        let environment = Environment::parse(b"A=1\0A=2\0B=\0B=2\0");
        assert_eq!(environment.get("A"), Some(&b"1"[..]));
        assert_eq!(environment.get("B"), None);
    }
}
