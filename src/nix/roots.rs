//! Keeping store paths, and asking about them.

use std::env;
use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::command::Messages;
use super::{Nix, store_path_of};

/// The directory of Nix's state, if NIX_STATE_DIR does not name another.
const NIX_STATE: &str = "/nix/var/nix";

/// Where Nix has the links to indirect roots (the chapter "Garbage Collector Roots" of its manual).
fn indirect_roots() -> PathBuf {
    let state = env::var_os("NIX_STATE_DIR").filter(|it| !it.is_empty());
    let state = state.unwrap_or_else(|| NIX_STATE.into());
    Path::new(&state).join("gcroots/auto")
}

/// Whether Nix knows `link` as an indirect root, and where it is now. Where that cannot be told, it does.
#[must_use]
pub fn is_indirect_root(link: &Path) -> bool {
    let Ok(own) = fs::symlink_metadata(link) else {
        return false;
    };
    let Ok(entries) = fs::read_dir(indirect_roots()) else {
        return true;
    };
    let is_it = |target: PathBuf| {
        // Of thousands, one has the name.
        target.file_name() == link.file_name()
            && fs::symlink_metadata(&target)
                .is_ok_and(|it| (it.dev(), it.ino()) == (own.dev(), own.ino()))
    };
    let mut targets = entries
        .flatten()
        .filter_map(|it| it.path().read_link().ok());
    targets.any(is_it)
}

impl Nix {
    /// Makes a file in the store that says which store paths belong together: it has their names, one a line,
    /// and references to them. So who keeps the file keeps them all. The same paths give the same file. The store
    /// path is the answer.
    ///
    /// It is `builtins.toFile` that makes it, which builds nothing, and which every user may.
    ///
    /// # Errors
    /// One of the paths is no store path, or is not there and cannot be had from a binary cache.
    pub fn write_manifest(&self, name: &str, paths: &[PathBuf]) -> Result<PathBuf> {
        let mut expression = format!("builtins.toFile \"{name}\" \"");
        for path in paths {
            // The characters of a store path have no meaning in Nix's texts.
            ensure!(
                store_path_of(path).as_ref() == Some(path),
                "cannot keep {}: it is no store path",
                path.display()
            );
            expression += &format!("${{builtins.storePath \"{}\"}}\n", path.display());
        }
        expression.push('"');
        let mut command = self.command("nix-instantiate");
        // Without --read-write-mode the path is told, but nothing is written.
        command.args(["--eval", "--json", "--read-write-mode"]);
        for setting in ["pure-eval", "restrict-eval"] {
            command.args(["--option", setting, "false"]);
        }
        // The expression comes by stdin: a command line has no room for many paths.
        command.arg("-");
        let outcome = self.run(command, &expression, Messages::Kept)?;
        let json = outcome
            .success("nix-instantiate")
            .with_context(|| format!("cannot write {name} into the Nix store"))?;
        let text: String = serde_json::from_str(&json)
            .with_context(|| format!("cannot read what nix-instantiate says: {json}"))?;
        store_path_of(Path::new(&text))
            .with_context(|| format!("cannot read what nix-instantiate says: {json}"))
    }

    /// Keeps a store path for as long as `link`, which is made or replaced, leads to it. (An indirect root of
    /// Nix's garbage collector.)
    ///
    /// # Errors
    /// The path is not there, or `link` cannot be written.
    pub fn add_root(&self, path: &Path, link: &Path) -> Result<()> {
        let mut command = self.command("nix-store");
        command.arg("--realise").arg(path);
        command.arg("--add-root").arg(link).arg("--indirect");
        let outcome = self.run(command, "", Messages::Kept)?;
        let operation = || format!("cannot keep {} by {}", path.display(), link.display());
        outcome
            .success("nix-store --add-root")
            .with_context(operation)?;
        // Nix does not wait for that. Where another user's rights are needed for it, it comes in its own time.
        let _ = File::open(indirect_roots()).and_then(|it| it.sync_all());
        Ok(())
    }

    /// Whether a store path is there, as Nix knows it.
    #[must_use]
    pub fn is_valid(&self, path: &Path) -> bool {
        let mut command = self.command("nix-store");
        command.arg("--check-validity").arg(path);
        let outcome = self.run(command, "", Messages::Kept);
        outcome.is_ok_and(|outcome| outcome.is_success())
    }

    /// These store paths and all that they need.
    ///
    /// # Errors
    /// One of them is not there.
    pub fn closure(&self, paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
        let all = self.query("--requisites", paths)?;
        Ok(all.lines().map(PathBuf::from).collect())
    }

    /// How much these store paths and all that they need take, in bytes (of their NARs, as Nix counts). What is
    /// needed twice counts once.
    ///
    /// # Errors
    /// One of them is not there.
    pub fn closure_size(&self, paths: &[PathBuf]) -> Result<u64> {
        let all = self.closure(paths)?;
        let sizes = self.query("--size", &all)?;
        let sizes = sizes.lines().map(|line| line.trim().parse::<u64>());
        let sum: Result<u64, _> = sizes.sum();
        sum.context("cannot read what nix-store --query --size says")
    }

    fn query(&self, what: &str, paths: &[PathBuf]) -> Result<String> {
        if paths.is_empty() {
            return Ok(String::new());
        }
        let mut command = self.command("nix-store");
        command.args(["--query", what]).args(paths);
        let outcome = self.run(command, "", Messages::Kept)?;
        outcome.success(&format!("nix-store --query {what}"))
    }
}
