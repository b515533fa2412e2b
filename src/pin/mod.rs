//! Pins: the libraries that one program gets. (stand-in)
#![allow(missing_docs)]

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context, Result};
use loader_stub::identity::Identity;

use crate::elf::ProgramIdentity;

pub mod choice;
pub mod lock_file;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    pub attribute: Option<String>,
    pub output: String,
    pub store_path: PathBuf,
    pub libraries: Vec<String>,
    pub reason: String,
}
#[derive(Debug, Clone)]
pub struct Recipe {
    pub program: PathBuf,
    pub identity: ProgramIdentity,
    pub base: Vec<(OsString, PathBuf)>,
    pub loader: PathBuf,
    pub extra_paths: Vec<PathBuf>,
    pub packages: Vec<Package>,
    pub revision: Option<String>,
}
#[derive(Debug)]
pub struct Written {
    pub directory: PathBuf,
    pub replaced: bool,
    pub notes: Vec<String>,
}
#[derive(Debug)]
pub struct State {
    root: PathBuf,
}
#[derive(Debug, Clone, Copy)]
pub enum Mark {
    NothingMissing,
    Declined,
    Failed,
}
impl State {
    pub fn of_user() -> Result<State> {
        let home = std::env::var_os("XDG_STATE_HOME").context("no XDG_STATE_HOME")?;
        Ok(State {
            root: PathBuf::from(home).join("ldshim"),
        })
    }
    pub fn of_system() -> Result<State> {
        Ok(State {
            root: "/etc/ldshim".into(),
        })
    }
}
pub fn write(recipe: &Recipe, state: &State) -> Result<Written> {
    Ok(Written {
        directory: state
            .root
            .join("pins")
            .join(recipe.identity.short.to_string()),
        replaced: false,
        notes: Vec::new(),
    })
}
pub fn mark(state: &State, identity: Identity, mark: Mark) -> Result<()> {
    let pins = state.root.join("pins");
    std::fs::create_dir_all(&pins)?;
    let target = match mark {
        Mark::NothingMissing => "nothing-missing",
        Mark::Declined => "declined",
        Mark::Failed => "failed",
    };
    std::os::unix::fs::symlink(target, pins.join(identity.to_string()))?;
    Ok(())
}
