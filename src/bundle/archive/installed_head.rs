//! The heads of bundles that unpack themselves, as they are installed with this executable.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::elf::{self, Architecture};

/// The environment variable that names the head to use.
const VARIABLE: &str = "LDSHIM_RUN_HEAD";

/// The head for programs of a system, such as `x86_64-linux`.
///
/// # Errors
/// There is none.
pub(super) fn find(system: &str) -> Result<PathBuf> {
    let named = env::var_os(VARIABLE).filter(|value| !value.is_empty());
    let candidates = match named {
        Some(file) => vec![file.into()],
        None => {
            let own = env::current_exe().context("cannot learn where ldshim is installed")?;
            let folder = own.parent().unwrap_or(Path::new("/"));
            vec![folder.join("run-head"), folder.join("../libexec/run-head")]
        }
    };
    let fits = |file: &&PathBuf| {
        let identity = elf::identify(file).ok();
        let architecture = identity.and_then(|it| Architecture::of(&it));
        architecture.is_some_and(|it| system == it.nix_system)
    };
    if let Some(head) = candidates.iter().find(fits) {
        return Ok(head.clone());
    }
    let places: Vec<_> = candidates
        .iter()
        .map(|it| it.display().to_string())
        .collect();
    bail!(
        "there is no `run-head` for {system}, which unpacks such a file: it is looked for at {}. ldshim's package has it; \
         in its repository `cargo build --release --package run-head` builds it, and {VARIABLE} says where it is",
        places.join(", ")
    )
}
