//! `pin.json`: what a pin says of itself. `docs/pin-json.md` describes the format.

use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use super::{MadeWith, PIN_FILE, Package, Recipe, place};
use crate::elf::ProgramIdentity;
use crate::library_env::LibraryEnv;

/// The version of the format that is written, and the only one that is read.
const VERSION: u32 = 1;

/// The mode of the file, whatever the umask.
const MODE: u32 = 0o644;

/// A pin, as its `pin.json` describes it. Bytes of paths that are not UTF-8 are U+FFFD there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    version: u32,
    /// The program's canonical path when it was pinned.
    pub program: String,
    /// Paths at which the same build was pinned earlier, and still was when this was written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    /// The tree in which `ldshim fix` has put the program, if it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tree: Option<String>,
    /// The program's identity: 16 hexadecimal digits.
    pub identity: String,
    /// Its whole build-id in hexadecimal digits, if it has one.
    pub build_id: Option<String>,
    /// For which system, such as `x86_64-linux`.
    pub system: String,
    /// The real loader.
    pub loader: String,
    /// How many names of libraries it has.
    pub libraries: usize,
    /// Directories that are searched first where they exist.
    pub extra_paths: Vec<String>,
    /// Directories of which it lists libraries by name, whether they are there or not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known_paths: Vec<String>,
    /// The packages that were chosen for it.
    pub packages: Vec<Package>,
    /// The commit of nixpkgs that they are from, if it is known.
    pub revision: Option<String>,
    /// The library environment that it is a copy of, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_with: Option<MadeWith>,
    /// The store paths that it keeps.
    pub store_paths: Vec<PathBuf>,
    /// How much they and what they need take, in bytes.
    pub closure_size: u64,
    /// When it was made, in seconds since 1970.
    pub created: u64,
    /// When a real loader was last seen to find all libraries, in seconds since 1970; never, if it was made by
    /// force.
    pub verified: Option<u64>,
}

impl Pin {
    /// Describes a pin that is made now.
    pub(super) fn new(
        recipe: &Recipe,
        env: &LibraryEnv,
        store_paths: Vec<PathBuf>,
        closure_size: u64,
    ) -> Self {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let build_id = recipe.identity.build_id.as_deref().map(hex);
        Self {
            version: VERSION,
            program: text(&recipe.program),
            also: Vec::new(),
            tree: recipe.tree.as_deref().map(text),
            identity: recipe.identity.short.to_string(),
            build_id,
            system: env.architecture.nix_system.to_owned(),
            loader: text(&env.loader),
            libraries: env.libraries.len(),
            extra_paths: env.extra_paths.iter().map(|path| text(path)).collect(),
            known_paths: env.known_paths.iter().map(|path| text(path)).collect(),
            packages: recipe.packages.clone(),
            revision: recipe.revision.clone(),
            made_with: recipe.made_with.clone(),
            store_paths,
            closure_size,
            created: now(),
            verified: None,
        }
    }

    /// Reads the description of the pin in `directory`.
    ///
    /// # Errors
    /// It is missing, damaged, or of another version.
    pub fn read(directory: &Path) -> Result<Self> {
        let file = directory.join(PIN_FILE);
        let operation = || format!("cannot read {}", file.display());
        let text = fs::read_to_string(&file).with_context(operation)?;
        let version: Version = serde_json::from_str(&text).with_context(operation)?;
        ensure!(
            version.version == VERSION,
            "cannot read {}: it is of version {}, and this ldshim knows {VERSION}; use a newer one, or pin again",
            file.display(),
            version.version
        );
        serde_json::from_str(&text).with_context(operation)
    }

    /// Writes the description into `directory`, in one step.
    pub(super) fn write(&self, directory: &Path) -> Result<()> {
        let file = directory.join(PIN_FILE);
        // Not in the pin itself, where nobody would sweep it.
        let new = place::beside(directory);
        let new = new.with_extension("json");
        let operation = || place::cannot_write(&file);
        let text = serde_json::to_string_pretty(self).with_context(operation)? + "\n";
        let mut writer = File::create(&new).with_context(operation)?;
        writer.write_all(text.as_bytes()).with_context(operation)?;
        writer
            .set_permissions(Permissions::from_mode(MODE))
            .with_context(operation)?;
        writer.sync_all().with_context(operation)?;
        fs::rename(&new, &file).with_context(operation)
    }

    /// Notes that a real loader has just found all libraries.
    pub(super) fn set_verified(&mut self) {
        self.verified = Some(now());
    }

    /// Notes paths at which the same build was pinned earlier.
    pub(super) fn set_also<'a>(&mut self, programs: impl Iterator<Item = &'a str>) {
        let others = programs.filter(|&it| it != self.program);
        self.also = others.map(str::to_owned).collect();
    }

    /// All paths at which its program was pinned, the last one first.
    pub(super) fn programs(&self) -> impl Iterator<Item = &str> {
        let programs = [&self.program].into_iter().chain(&self.also);
        programs.map(String::as_str)
    }

    /// Whether this is a pin of that program, as far as build-ids tell.
    pub(super) fn is_of(&self, identity: &ProgramIdentity) -> bool {
        self.build_id == identity.build_id.as_deref().map(hex)
    }
}

/// The one field that every version has.
#[derive(Deserialize)]
struct Version {
    version: u32,
}

/// Seconds since 1970.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |it| it.as_secs())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
