//! What is known of one interpreter and the modules of its tree, and what is done for them.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use nix::unistd::{AccessFlags, access, geteuid};

use crate::choice::needs;
use crate::commands::pin::rounds::Outcome;
use crate::commands::pin::target::{Target, settings};
use crate::explain::{Explainer, Settings};
use crate::fix::{self, Copy, Original, Place, Record, StubPlace};
use crate::interrupt::Undisturbed;
use crate::modules::{self, Modules};
use crate::nix::{Nix, store_path_of};
use crate::pin::{self, Condition, Package, State};
use crate::terminal::warn;

/// What is known before anything is changed.
pub(super) struct Case {
    pub(super) place: Place,
    pub(super) original: Original,
    older: Option<Record>,
    pub(super) modules: Modules,
    fingerprint: String,
    state: State,
    stub: StubPlace,
    copy: Copy,
}

impl Case {
    pub(super) fn of(place: Place, is_dry: bool) -> Result<Self> {
        let older = Record::read(&place.tree)?;
        let place = place.before(older.as_ref())?;
        check_owner(&place.tree)?;
        let original = Original::read(&place.original)?;
        let modules = modules::find(std::slice::from_ref(&place.tree), original.architecture)?;
        let state = State::of_user()?;
        let mark = fix::mark(&original, &place)?;
        let stub = StubPlace::new(original.architecture, &state, mark)?;
        if !is_dry {
            check_room(&place)?;
            stub.fill(&state)?;
        }
        // Where nothing is to be changed, a stub that is there stands in for the one that would be.
        let named = if is_dry { &stub.source } else { &stub.path };
        Ok(Self {
            copy: fix::copy(&original, mark, named)?,
            fingerprint: fix::fingerprint(&place.tree, &modules.libraries),
            place,
            original,
            older,
            modules,
            state,
            stub,
        })
    }

    /// The foreign programs in the tree, without the interpreter itself.
    pub(super) fn programs(&self) -> Vec<PathBuf> {
        let all = self.modules.programs.iter();
        let others = all.filter(|it| fix::tree_of(it).is_none() && **it != self.place.entry());
        others.cloned().collect()
    }

    /// Whether all this was done before, for the same modules and with nothing left, and holds.
    pub(super) fn is_done(&self) -> Result<bool> {
        let Some(older) = &self.older else {
            return Ok(false);
        };
        let is_same = older.identity == self.copy.identity.short.to_string()
            && older.left.is_empty()
            && older.modules == self.fingerprint
            && fix::change_of_copy(&self.place.tree, older)? == fix::Change::None;
        let all = pin::all(&self.state)?;
        let mut pins = all
            .iter()
            .filter(|it| it.identity == self.copy.identity.short);
        Ok(is_same && pins.any(|it| it.condition() == Condition::Holds))
    }

    /// The copy as a program that is to be pinned, in an empty folder.
    pub(super) fn target(&self, folder: &Path) -> Result<Target> {
        let name = self.original.path.file_name().unwrap_or_default();
        let file = folder.join(name.to_string_lossy().trim_start_matches('.'));
        let operation = || format!("cannot write {}", file.display());
        fs::write(&file, &self.copy.bytes).with_context(operation)?;
        fs::set_permissions(&file, Permissions::from_mode(0o755)).with_context(operation)?;
        let settings = self.settings(folder)?;
        let report = Explainer::new(&settings).explain(&file)?;
        // What is wrong is told of the interpreter, and not of a file in a temporary folder.
        needs(&report).with_context(|| {
            let (tree, original) = (self.place.tree.display(), self.original.path.display());
            format!("cannot fix {tree}, whose interpreter is {original}")
        })?;
        Ok(Target {
            modules: self.modules.clone(),
            ..Target::new(report, settings)?
        })
    }

    /// An interpreter of the store keeps its own loader, and is given no libraries but those of the pin. A foreign one
    /// keeps what it has today.
    fn settings(&self, empty: &Path) -> Result<Settings> {
        let mut settings = settings()?;
        if !self.original.is_foreign() {
            settings.loader = Some(self.original.loader.clone().into());
            settings.library_path = Some(empty.into());
        }
        Ok(settings)
    }

    /// Writes the pin, has the stub know it, and then puts the copy there, which needs both.
    pub(super) fn put(&self, target: &Target, outcome: Outcome) -> Result<PathBuf> {
        let mut recipe = outcome.recipe;
        recipe.program = self.place.entry();
        recipe.stand_in = Some(target.path.clone());
        recipe.tree = Some(self.place.tree.clone());
        // The tree is of no use without it, and nothing else keeps it.
        recipe
            .packages
            .extend(self.store_paths().map(|store_path| Package {
                attribute: None,
                output: "out".into(),
                store_path,
                libraries: Vec::new(),
                reason: "the interpreter itself".into(),
            }));
        // Modules that no package can help are told, and do not stand in the way of the others.
        let written = pin::write(&recipe, &self.state, &Nix::find()?, false)?;
        written.notes.iter().for_each(|it| warn(it));
        // All of the rest or nothing: the pin alone does no harm.
        let undisturbed = Undisturbed::begin().context("cannot have signals wait")?;
        self.stub.bake(&written.directory)?;
        let older = self.older.as_ref();
        let mut record = Record::new(self.original.path.clone(), self.copy.identity.short);
        record.modules.clone_from(&self.fingerprint);
        record.left = outcome.left.into_iter().map(|it| it.name).collect();
        fix::put(&self.place, &self.copy, record, older)?;
        drop(undisturbed);
        let identity = self.copy.identity.short.to_string();
        if let Some(older) = older.filter(|it| it.identity != identity) {
            fix::release(&self.place.tree, older, None, &self.state);
        }
        Ok(written.directory)
    }

    /// The store paths that are the interpreter's: its own, and of a virtual environment the one with the standard library.
    fn store_paths(&self) -> impl Iterator<Item = PathBuf> {
        let own = store_path_of(&self.original.path);
        let home = fix::home(&self.place).and_then(|it| store_path_of(&it.canonicalize().ok()?));
        let home = home.filter(|it| own.as_ref() != Some(it));
        own.into_iter().chain(home)
    }

    /// Notes that the modules that are there now miss nothing.
    pub(super) fn nothing_missing(&self) -> Result<()> {
        match &self.older {
            Some(older) if older.is_copy(&self.place.entry()) => {
                let mut record = older.clone();
                record.modules.clone_from(&self.fingerprint);
                record.write(&self.place.tree)
            }
            _ => Ok(()),
        }
    }
}

/// Fails for a tree of somebody else, who could not start what comes there.
fn check_owner(tree: &Path) -> Result<()> {
    let owner = fs::metadata(tree).map(|it| it.uid());
    let owner = owner.with_context(|| format!("cannot look at {}", tree.display()))?;
    ensure!(
        owner == geteuid().as_raw(),
        "{} belongs to the user with the number {owner}, whose pin it has to be; run this as that user",
        tree.display()
    );
    Ok(())
}

/// Fails where the copy could not be written, before anything is got.
fn check_room(place: &Place) -> Result<()> {
    let entry = place.entry();
    let folder = entry.parent().unwrap_or(Path::new("/"));
    for folder in [place.tree.as_path(), folder] {
        if folder.exists() {
            let writable = access(folder, AccessFlags::W_OK);
            writable.with_context(|| format!("cannot write in {}", folder.display()))?;
        }
    }
    Ok(())
}
