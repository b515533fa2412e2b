//! `ldshim freeze`

use std::process::ExitCode;

use anyhow::{Context, Result};

use super::{patch, print};
use crate::cli::FreezeArgs;
use crate::freeze::{Frozen, Settings, freeze};
use crate::printable::{self, Shown as _};
use crate::resolver::map_file;
use crate::surgery::{Options, Undo, plan, replace};

pub(super) fn run(args: &FreezeArgs) -> Result<ExitCode> {
    let path = &args.program;
    let context = || format!("cannot freeze {}", path.display());
    let settings = Settings {
        keep: args.keep.clone(),
        with_later: args.dlopen,
    };
    let frozen = freeze(path, &settings).with_context(context)?;
    let options = Options {
        undo: if args.no_undo {
            Undo::Nowhere
        } else {
            Undo::InFile
        },
        ..Options::default()
    };
    let bytes = map_file(path).with_context(context)?;
    let plan = plan(&bytes, &frozen.edits, &options).with_context(context)?;
    if !args.dry_run && !plan.is_empty() {
        replace(path, &plan, true, &|new| patch::verify(path, new))?;
    }
    print(&text(args, &frozen))?;
    Ok(ExitCode::SUCCESS)
}

fn text(args: &FreezeArgs, frozen: &Frozen) -> String {
    let name = args.program.shown();
    let verb = if args.dry_run { "would name" } else { "names" };
    let mut text = format!(
        "{name} {verb} {} libraries by their paths\n",
        frozen.libraries.len()
    );
    for library in frozen.libraries.iter().filter(|_| args.dry_run) {
        text += &format!("  {}\n", library.shown());
    }
    for (library, why) in &frozen.kept {
        text += &format!(
            "{} stays to be searched for: {why}\n",
            printable::line(library)
        );
    }
    text += "LD_LIBRARY_PATH can no longer replace the others\n";
    text
}
