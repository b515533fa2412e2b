//! The parts of fuzzing: the corpus, the programs, a run of them.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::workspace;

pub mod corpus;
pub mod programs;
pub mod run;

/// The names of the targets, sorted.
///
/// # Errors
/// Their folder cannot be listed.
pub fn targets() -> Result<Vec<String>> {
    let folder = workspace::root().join("fuzz/fuzz_targets");
    let context = || format!("cannot list {}", folder.display());
    let mut names = Vec::new();
    for entry in folder.read_dir().with_context(context)? {
        let path = entry.with_context(context)?.path();
        names.extend(
            path.file_stem()
                .and_then(|name| name.to_str())
                .map(str::to_owned),
        );
    }
    names.sort();
    Ok(names)
}

/// The corpus of a target, as the repository keeps it.
pub fn archive(target: &str) -> PathBuf {
    workspace::root().join(format!("fuzz/corpus/{target}.tar.zst"))
}

/// Where the new inputs of a target are that runs have found, and `fuzz/seeds.sh` has written.
pub fn found(target: &str) -> PathBuf {
    workspace::target("fuzz/found").join(target)
}

#[cfg(test)]
mod unit_tests {
    use std::fs;

    use super::*;

    #[test]
    fn every_target_has_a_corpus_and_is_built() {
        let manifest =
            fs::read_to_string(workspace::root().join("fuzz/Cargo.toml")).expect("its manifest");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let targets = targets().expect("the targets");
        assert!(targets.len() >= 6, "{targets:?}");
        for target in targets {
            assert!(
                manifest.contains(&format!("name = \"{target}\"")),
                "{target}"
            );
            let inputs = folder.path().join(&target);
            corpus::unpack(&archive(&target), &inputs).expect("a corpus");
            let mut inputs = inputs.read_dir().expect("its inputs");
            assert!(inputs.next().is_some(), "{target}");
        }
    }
}
