//! Getting store paths: from binary caches, else by builds.

use std::io::{IsTerminal, stderr};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::command::Messages;
use super::{Nix, store_path_of};

/// Something that is to be in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// A store path, from a binary cache if it is not there.
    StorePath(PathBuf),
    /// An output of a package.
    Attribute {
        /// A flake, such as `nixpkgs` or `github:NixOS/nixpkgs/nixos-unstable`; or the path of a directory or file
        /// with a Nix expression (it begins with `/` or `.`).
        nixpkgs: String,
        /// The package's attribute path, such as `xorg.libX11`.
        attribute: String,
        /// The output, such as `out` or `lib`.
        output: String,
    },
}

impl Nix {
    /// Gets all of these into the store, and gives their store paths in the same order. With `progress`, Nix
    /// shows what it does on stderr.
    ///
    /// # Errors
    /// One of them is neither there nor in a binary cache nor can it be built, or the deadline is over. Nix's last
    /// messages say why; with `progress` they have been shown.
    pub fn realise(&self, wanted: &[Wanted], progress: bool) -> Result<Vec<PathBuf>> {
        let messages = if progress {
            Messages::Shown
        } else {
            Messages::Kept
        };
        let plain = wanted.iter().filter_map(|one| match one {
            Wanted::StorePath(path) => Some(path.as_path()),
            Wanted::Attribute { .. } => None,
        });
        self.realise_paths(&plain.collect::<Vec<_>>(), messages)?;
        let realised = wanted.iter().map(|one| match one {
            Wanted::StorePath(path) => Ok(path.clone()),
            Wanted::Attribute {
                nixpkgs,
                attribute,
                output,
            } => self
                .build(nixpkgs, attribute, output, messages)
                .with_context(|| format!("cannot get {attribute} of {nixpkgs}")),
        });
        realised.collect()
    }

    fn realise_paths(&self, paths: &[&Path], messages: Messages) -> Result<()> {
        if paths.is_empty() {
            return Ok(());
        }
        for path in paths {
            ensure!(
                store_path_of(path).as_deref() == Some(path),
                "cannot get {}: it is no store path",
                path.display()
            );
        }
        let mut command = self.command("nix-store");
        command.arg("--realise").args(paths);
        // Of itself this command shows no more than names.
        let messages = match messages {
            Messages::Shown if stderr().is_terminal() => Messages::Bar,
            messages => messages,
        };
        let outcome = self.run(command, "", messages)?;
        outcome.success("nix-store --realise").with_context(|| {
            let names = paths.iter().map(|path| path.display().to_string());
            format!("cannot get {}", names.collect::<Vec<_>>().join(" "))
        })?;
        Ok(())
    }

    fn build(
        &self,
        nixpkgs: &str,
        attribute: &str,
        output: &str,
        messages: Messages,
    ) -> Result<PathBuf> {
        for text in [nixpkgs, attribute, output] {
            ensure!(
                !text.is_empty() && !text.starts_with('-'),
                "{text:?} is no name of a package"
            );
        }
        // An output is an attribute of its package. To write it so is what all versions of Nix understand.
        let attribute = format!("{attribute}.{output}");
        if nixpkgs.starts_with(['/', '.']) {
            return self.build_of_file(nixpkgs, &attribute, messages);
        }
        let mut command = self.command("nix");
        for feature in ["nix-command", "flakes"] {
            command.args(["--extra-experimental-features", feature]);
        }
        // The paths that `--print-out-paths` prints come with Nix 2.9.
        command.args(["build", "--no-link", "--json"]);
        // It is a URL, and a path in it may have spaces.
        command.arg(format!("{}#{attribute}", nixpkgs.replace(' ', "%20")));
        let json = self.run(command, "", messages)?.success("nix build")?;
        built(&json, output).with_context(|| format!("cannot read what nix build says: {json}"))
    }

    fn build_of_file(&self, file: &str, attribute: &str, messages: Messages) -> Result<PathBuf> {
        let mut command = self.command("nix-build");
        command.args(["--no-out-link", "--attr", attribute, file]);
        let printed = self.run(command, "", messages)?.success("nix-build")?;
        let path = Path::new(printed.trim_end());
        match store_path_of(path) {
            Some(store_path) if store_path == path => Ok(store_path),
            _ => bail!("cannot read what nix-build says: {printed}"),
        }
    }
}

/// The store path of an output in what `nix build --json` prints of one package.
fn built(json: &str, output: &str) -> Option<PathBuf> {
    let value: Value = serde_json::from_str(json).ok()?;
    let path = value.get(0)?.get("outputs")?.get(output)?.as_str()?;
    store_path_of(Path::new(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_asked_output_is_read_from_what_nix_build_prints() {
        let path = "/nix/store/6crf082r9a9l1iqrsvi4xrj0x937fnrh-p-lib";
        let json = format!(r#"[{{"drvPath":"/nix/store/x.drv","outputs":{{"lib":"{path}"}}}}]"#);
        assert_eq!(built(&json, "lib"), Some(path.into()));
        assert_eq!(built(&json, "out"), None);
        for bad in ["", "[]", "{}", r#"[{"outputs":{"lib":"/etc"}}]"#] {
            assert_eq!(built(bad, "lib"), None, "{bad}");
        }
    }
}
