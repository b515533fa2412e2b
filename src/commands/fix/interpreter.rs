//! One interpreter and the modules of its tree.

use std::fmt::Write as _;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::{Work, proof, say, text, what};
use crate::commands::pin::rounds::Outcome;
use crate::commands::pin::target::{Target, settings};
use crate::explain::{Explainer, Settings};
use crate::fix::{self, Copy, Original, Place, Record, StubPlace};
use crate::modules::{self, Missing, Modules};
use crate::nix::{Nix, store_path_of};
use crate::pin::{self, Condition, Package, State};
use crate::printable;

/// What is known before anything is changed.
struct Case {
    place: Place,
    original: Original,
    older: Option<Record>,
    modules: Modules,
    fingerprint: String,
    state: State,
    copy: Copy,
}

impl Work<'_> {
    /// Gives a tree its copy. Returns the foreign programs in the tree.
    pub(super) fn interpreter(&mut self, place: Place) -> Result<Vec<PathBuf>> {
        let case = Case::of(place, self.args.dry_run)?;
        if case.is_done()? {
            say(&case.already())?;
            return Ok(case.programs());
        }
        // The copy is looked at where nothing else is, and so finds what the pin has and what it names itself.
        let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
        let target = case.target(folder.path())?;
        let missing = target.missing()?;
        say(&case.diagnosis(&missing))?;
        if missing.needs.is_empty() {
            return Ok(case.programs());
        }
        let outcome = self.rounds(&target).run(missing.needs)?;
        self.selections.clone_from(&outcome.selections);
        if !outcome.report.starts() {
            bail!(text::still_wrong(&target, &outcome.report));
        }
        self.is_well &= outcome.missing.as_ref().is_ok_and(|it| it.needs.is_empty());
        if let Ok(still) = &outcome.missing {
            say(&still_missing(still))?;
        }
        if !self.args.dry_run {
            let pin = case.put(&target, outcome)?;
            let entry = case.entry();
            let failed = proof::of_modules(&entry, &pin, &missing.modules, &case.modules)?;
            self.is_well &= failed.is_empty();
            proof::of_start(&case.place, &entry)?;
            say(&case.done(missing.modules.len(), &failed))?;
        }
        Ok(case.programs())
    }
}

impl Case {
    fn of(place: Place, is_dry: bool) -> Result<Self> {
        let older = Record::read(&place.tree)?;
        let place = place.before(older.as_ref());
        let original = Original::read(&place.original)?;
        let modules = modules::find(std::slice::from_ref(&place.tree), original.architecture)?;
        let state = State::of_user()?;
        let stub = StubPlace::find(original.architecture, &state)?;
        let stub = match is_dry {
            true => stub.there(),
            false => {
                stub.fill(&state)?;
                &stub.path
            }
        };
        Ok(Self {
            copy: fix::copy(&original, &place, stub)?,
            fingerprint: fix::fingerprint(&place.tree, &modules.libraries),
            place,
            original,
            older,
            modules,
            state,
        })
    }

    /// The foreign programs in the tree, without the interpreter itself.
    fn programs(&self) -> Vec<PathBuf> {
        let is_entry = |path: &Path| {
            let mut entries = self.place.entries.iter();
            entries.any(|it| self.place.tree.join(&it.path) == path)
        };
        let all = self.modules.programs.iter().filter(|it| !is_entry(it));
        all.cloned().collect()
    }

    /// The first path at which the interpreter is started.
    fn entry(&self) -> PathBuf {
        let first = self.place.entries.first().map(|it| it.path.as_path());
        self.place.tree.join(first.unwrap_or(Path::new("")))
    }

    /// Whether all this was done before, for the same modules, and holds.
    fn is_done(&self) -> Result<bool> {
        let identity = self.copy.identity.short;
        let is_same = |it: &Record| {
            it.modules == self.fingerprint
                && it.identity == identity.to_string()
                && fix::is_ours(&self.entry(), it)
        };
        let all = pin::all(&self.state)?;
        let mut pins = all.iter().filter(|it| it.identity == identity);
        let holds = pins.any(|it| it.condition() == Condition::Holds);
        Ok(holds && self.older.as_ref().is_some_and(is_same))
    }

    /// The copy as a program that is to be pinned, in an empty folder.
    fn target(&self, folder: &Path) -> Result<Target> {
        let name = self.original.path.file_name().unwrap_or_default();
        let file = folder.join(name);
        let operation = || format!("cannot write {}", file.display());
        fs::write(&file, &self.copy.bytes).with_context(operation)?;
        fs::set_permissions(&file, Permissions::from_mode(0o755)).with_context(operation)?;
        let settings = self.settings(folder)?;
        let report = Explainer::new(&settings).explain(&file)?;
        Target::new(report, settings)?.loading(std::slice::from_ref(&self.place.tree))
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

    /// Writes the pin, then the copy, which needs it.
    fn put(&self, target: &Target, outcome: Outcome) -> Result<PathBuf> {
        let mut recipe = outcome.recipe;
        recipe.program = self.entry();
        recipe.stand_in = Some(target.path.clone());
        // The tree is of no use without it, and nothing else keeps it.
        recipe.packages.extend(
            store_path_of(&self.original.path).map(|store_path| Package {
                attribute: None,
                output: "out".into(),
                store_path,
                libraries: Vec::new(),
                reason: "the interpreter itself".into(),
            }),
        );
        let written = pin::write(&recipe, &self.state, &Nix::find()?, false)?;
        for note in &written.notes {
            eprintln!("ldshim: {}", printable::lines(note));
        }
        let older = self.older.as_ref();
        let record = fix::put(&self.place, &self.copy, self.fingerprint.clone(), older)?;
        if let Some(older) = older.filter(|it| it.identity != record.identity) {
            // Its copy is gone. Where there is no such pin, all is well.
            _ = pin::unpin(&self.state, older.identity.as_ref());
        }
        Ok(written.directory)
    }

    fn already(&self) -> String {
        let entry = self.entry();
        format!(
            "{} is fixed already: {} has a pin for the {} modules that are there\n",
            self.place.tree.display(),
            entry.display(),
            self.modules.libraries.len()
        )
    }

    /// What is wrong, and what is done about it.
    fn diagnosis(&self, missing: &Missing) -> String {
        let tree = self.place.tree.display();
        let original = self.original.path.display();
        let mut said = format!("{tree}: {} {original}", what(&self.place));
        said += match self.original.is_foreign() {
            true => ", a foreign program\n",
            false => ", which finds no libraries but its own\n",
        };
        let all = self.modules.libraries.len();
        if missing.needs.is_empty() {
            _ = writeln!(
                said,
                "  {all} modules, and none misses a library: there is nothing to do"
            );
            said += &text::of_modules(missing);
            return said;
        }
        let names: Vec<_> = missing.needs.iter().map(|it| it.name.as_str()).collect();
        let count = missing.modules.len();
        let verb = if count == 1 { "misses" } else { "miss" };
        _ = writeln!(
            said,
            "  {count} of {all} modules {verb} {}",
            names.join(", ")
        );
        let entry = self.entry();
        let entry = entry
            .strip_prefix(&self.place.tree)
            .unwrap_or(&entry)
            .display();
        _ = writeln!(
            said,
            "  {entry} becomes a copy that starts through the stub, with a pin that has those libraries"
        );
        said
    }

    fn done(&self, count: usize, failed: &[String]) -> String {
        let tree = printable::shell_word(&self.place.tree);
        let mut text = format!("fixed: {}\n", self.place.tree.display());
        let well = match failed.len() {
            0 => "all of them".into(),
            failed => format!("{} of those {count}", count - failed.min(count)),
        };
        _ = writeln!(
            text,
            "  {well} find their libraries now, says the real loader"
        );
        for line in failed {
            _ = writeln!(text, "  {line}");
        }
        if self.place.kind == fix::Kind::Node {
            _ = writeln!(
                text,
                "  npm and npx start it; elsewhere: PATH={}:$PATH",
                printable::shell_word(&self.place.tree.join(".bin"))
            );
        }
        _ = writeln!(text, "  to undo this: ldshim unfix {tree}");
        text
    }
}

/// What no package could help with.
fn still_missing(missing: &Missing) -> String {
    let mut text = text::of_modules(missing);
    for need in &missing.needs {
        _ = writeln!(text, "{}: still missing{}", need.name, need.by());
    }
    text
}
