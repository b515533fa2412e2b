//! Writing a pin.

use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::{DirBuilderExt, symlink};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::manifest::{self, Kept, Needs};
use super::pin_json::Pin;
use super::{MANIFEST, ROOT, Recipe, environment, lock, place, sweep, switch, verify};
use crate::elf::ProgramIdentity;
use crate::interrupt::Undisturbed;
use crate::library_env::{CACHE_NAME, LOADER_NAME, LibraryEnv, may_execute_in};
use crate::nix::Nix;
use crate::pin::State;

/// A pin that is at its place.
#[derive(Debug)]
pub struct Written {
    /// Its directory.
    pub directory: PathBuf,
    /// Whether there was one, or a mark.
    pub replaced: bool,
    /// What its user should know.
    pub notes: Vec<String>,
}

/// Pins a program: all that is to be done when the packages of `recipe` are in the store. The steps are in such an
/// order that the older pin, if there is one, holds until the new one does.
///
/// # Errors
/// The pin of another program is in the place; Nix cannot keep the store paths; the file system refuses; or the real
/// loader does not find all libraries, unless `force` is set. Then everything is as before.
pub fn write(recipe: &Recipe, state: &State, nix: &Nix, force: bool) -> Result<Written> {
    let (env, mut notes) = environment::build(recipe)?;
    let _lock = lock::take(state, nix.deadline())?;
    sweep::sweep(state)?;
    check_conflict(&recipe.identity, state)?;
    let written = write_swept(recipe, env, state, nix, force);
    // Now what is left over is the older pin and its root, or those of the pin that could not be made.
    let swept = sweep::sweep(state);
    let (replaced, more) = written?;
    swept?;
    notes.extend(more);
    Ok(Written {
        directory: state.pin(recipe.identity.short),
        replaced,
        notes,
    })
}

/// Fails if there is a pin in the place of this program's that is another program's: identities are short.
///
/// # Errors
/// See above.
pub fn check_conflict(identity: &ProgramIdentity, state: &State) -> Result<()> {
    let directory = state.pin(identity.short);
    match Pin::read(&directory) {
        Ok(pin) if !pin.is_of(identity) => bail!(
            "cannot pin a program whose build-id begins as that of {}, which is pinned; `ldshim unpin {}` first",
            pin.program,
            identity.short
        ),
        // What is there, if anything, is of this program, or of no use to anybody.
        _ => Ok(()),
    }
}

fn write_swept(
    recipe: &Recipe,
    mut env: LibraryEnv,
    state: &State,
    nix: &Nix,
    force: bool,
) -> Result<(bool, Vec<String>)> {
    let identity = recipe.identity.short;
    let needs = manifest::needs(recipe, &env);
    let kept = manifest::keep(state, identity, &needs.store_paths, nix)?;
    place::sync(&state.roots())?;
    let size = nix.closure_size(&needs.store_paths)?;
    let mut notes = notes(&needs);

    // Nix is done: what is left takes a moment.
    let _undisturbed = Undisturbed::begin().context("cannot have signals wait")?;
    let path = state.pin(identity);
    let new = place::beside(&path);
    // One that cannot be prepared does as well, and a home may forbid to execute what is in it.
    if may_execute_in(&path) {
        _ = env.prepare_loader(&path);
    }
    let mut pin = Pin::new(recipe, &env, needs.store_paths, size);
    if let Ok(older) = Pin::read(&path) {
        pin.set_also(older.programs_left(identity));
    }
    fill(&new, &env, &kept)?;
    let program = recipe.stand_in.as_ref().unwrap_or(&recipe.program);
    let verdict = verify::verify(program, &new, env.architecture)?;
    match (verdict.holds(), force) {
        (true, _) => pin.set_verified(),
        (false, true) => notes.push(verdict.to_string()),
        (false, false) => bail!(
            "cannot pin {}: {verdict}; nothing is changed, --force pins it all the same",
            recipe.program.display()
        ),
    }
    pin.write(&new)?;
    place::sync(&new)?;
    let replaced = switch::switch(&new, &path)?;
    place::sync(&state.pins())?;
    Ok((replaced, notes))
}

/// Writes the library environment and the links to what keeps it into a new directory.
fn fill(new: &Path, env: &LibraryEnv, kept: &Kept) -> Result<()> {
    let operation = || place::cannot_write(new);
    let mut builder = DirBuilder::new();
    builder.mode(0o700).create(new).with_context(operation)?;
    env.write_into(new)?;
    symlink(&kept.manifest, new.join(MANIFEST)).with_context(operation)?;
    symlink(manifest::link_to(&kept.root), new.join(ROOT)).with_context(operation)?;
    for file in [CACHE_NAME, LOADER_NAME].map(|name| new.join(name)) {
        if fs::exists(&file).with_context(operation)? {
            File::open(file)
                .and_then(|it| it.sync_all())
                .with_context(operation)?;
        }
    }
    Ok(())
}

fn notes(needs: &Needs) -> Vec<String> {
    let mut names = needs.elsewhere.iter().map(|it| it.display().to_string());
    let Some(first) = names.next() else {
        return Vec::new();
    };
    let more = match names.len() {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    vec![format!(
        "{first}{more} is outside of the Nix store: nothing keeps it"
    )]
}
