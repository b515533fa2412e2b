//! The linters of Nix files, installed once into `target/tools`, each with Cargo at a fixed version.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use xtask_start::retry::retry;
use xtask_start::{Network, process};

use crate::{cargo, workspace};

/// A linter: its crate, its version, its command.
struct Linter {
    package: &'static str,
    version: &'static str,
    command: &'static str,
}

const LINTERS: &[Linter] = &[
    Linter {
        package: "deadnix",
        version: "1.3.1",
        command: "deadnix",
    },
    // Formats as nixpkgs' own nixfmt does, which is written in Haskell.
    Linter {
        package: "nixfmt_rs",
        version: "0.5.3",
        command: "nixfmt",
    },
];

/// Installs the linters that are not there, and returns the folder of their commands.
///
/// # Errors
/// Cargo cannot install one, or one is missing and may not be downloaded.
pub fn fetch(network: Network) -> Result<PathBuf> {
    let tools = workspace::fetched("tools");
    for linter in LINTERS {
        if !is_installed(&tools, linter) {
            install(&tools, linter, network)?;
        }
    }
    Ok(tools.join("bin"))
}

/// Cargo lists in this file what it has installed: `"deadnix 1.3.1 (registry+...)" = ["deadnix"]`.
fn is_installed(tools: &Path, linter: &Linter) -> bool {
    let line = format!("\"{} {} ", linter.package, linter.version);
    let listed = fs::read_to_string(tools.join(".crates.toml"));
    listed.is_ok_and(|text| text.contains(&line))
        && tools.join("bin").join(linter.command).is_file()
}

fn install(tools: &Path, linter: &Linter, network: Network) -> Result<()> {
    let Linter {
        package, version, ..
    } = linter;
    if network == Network::Forbidden {
        bail!(
            "{package} {version} is not in target/tools: run `cargo xtask fetch` without --offline once"
        );
    }
    eprintln!("installing {package} {version}");
    let build = tools.join("build");
    let args = ["install", "--quiet", "--locked", "--version", version];
    retry(&format!("{package} {version}"), || {
        let mut command = cargo::command(&args, network);
        command.arg("--root").arg(tools);
        command.arg("--target-dir").arg(&build).arg(package);
        process::run(&mut command).map(drop)
    })?;
    // What it was built of is large, and of no more use.
    if build.exists() {
        fs::remove_dir_all(&build).with_context(|| format!("cannot remove {}", build.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_version_does_not_count_as_installed() {
        let tools = tempfile::tempdir().expect("a temporary folder");
        let bin = tools.path().join("bin");
        fs::create_dir(&bin).expect("a folder");
        fs::write(bin.join("deadnix"), "").expect("a file");
        let list = |version| {
            let text = format!("[v1]\n\"deadnix {version} (registry)\" = [\"deadnix\"]\n");
            fs::write(tools.path().join(".crates.toml"), text).expect("a file");
        };
        let deadnix = &LINTERS[0];
        list(deadnix.version);
        assert!(is_installed(tools.path(), deadnix));
        list("0.0.1");
        assert!(!is_installed(tools.path(), deadnix));
    }
}
