//! `ldshim autopatch --undo`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};

use super::from_index;
use crate::bar;
use crate::commands::{print, stopped};
use crate::resolver::map_file;
use crate::surgery::{self, replace};
use crate::terminal::complain;

/// Gives back the originals of all files that have an undo record.
pub(super) fn undo(trees: &[PathBuf], files: &[PathBuf]) -> Result<ExitCode> {
    let restore = |path: &PathBuf| -> Result<bool> {
        let Ok(bytes) = map_file(path) else {
            return Ok(false);
        };
        if !surgery::has_undo_record(&bytes) {
            return Ok(false);
        }
        let plan = surgery::undo(&bytes, None)
            .with_context(|| format!("cannot undo {}", path.display()))?;
        replace(path, &plan, false, &|_| Ok(()))?;
        Ok(true)
    };
    let mut status = ExitCode::SUCCESS;
    let mut restored = 0;
    let bar = bar::of_things("undoing", files.len());
    let (results, progress) = stopped::each(files, &bar, restore)?;
    for result in results {
        match result {
            Ok(is_restored) => restored += usize::from(is_restored),
            Err(error) => {
                complain(&format!("{error:#}"));
                status = ExitCode::FAILURE;
            }
        }
    }
    // What could not be undone still needs the packages.
    if status == ExitCode::SUCCESS && !progress.is_stopped() {
        trees.iter().for_each(|it| from_index::forget(it));
    }
    print(&match restored {
        1 => "1 file is as it was\n".to_owned(),
        _ => format!("{restored} files are as they were\n"),
    })?;
    progress.end_if_stopped();
    Ok(status)
}
