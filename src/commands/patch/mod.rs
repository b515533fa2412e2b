//! `ldshim patch`

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};
use indicatif::ProgressBar;

use super::{print, stopped};
use crate::cli::PatchArgs;
use crate::printable;
use crate::resolver::map_file;
use crate::surgery::{
    self, Edit, Facts, Options, Plan, Undo, facts, has_other_links, replace, write_to,
};
use crate::terminal::{complain, note, warn};

mod arguments;
mod os_abi;
mod patchelf;
mod prints;
mod verify;
mod wishes;

use arguments::Request;
pub use patchelf::run as patchelf;
use prints::Prints;
pub(super) use verify::verify;
use wishes::{Wishes, abi, between_colons, names, resolve};

/// What flags of patchelf ask of any file.
pub(super) struct Extra {
    pub(super) edits: Vec<Edit>,
    pub(super) force_rpath: bool,
    pub(super) page_size: Option<u64>,
}

/// Parses flags of patchelf that are meant for many files.
pub(super) fn extra(flags: impl Iterator<Item = OsString>) -> Result<Extra> {
    // patchelf's parser wants a file.
    let flags = flags.chain([OsString::from("FILE")]);
    let Request::Edit(flags) = arguments::parse(flags)? else {
        bail!("--extra-args takes flags of patchelf that edit files");
    };
    Ok(Extra {
        edits: flags.wishes.edits_of_any(),
        force_rpath: flags.wishes.force_rpath,
        page_size: flags.page_size,
    })
}

/// What all files are asked for.
struct Task<'a> {
    args: &'a PatchArgs,
    wishes: Wishes,
    prints: Prints,
    options: Options,
}

/// What there is to say of a file.
#[derive(Default)]
struct Said {
    out: String,
    notes: Vec<String>,
    warnings: Vec<String>,
}

pub(super) fn run(args: &PatchArgs) -> Result<ExitCode> {
    let task = task(args)?;
    let no_bar = ProgressBar::hidden();
    let (said, progress) = stopped::each(&args.files, &no_bar, |path| patch(path, &task))?;
    let mut status = ExitCode::SUCCESS;
    for said in said {
        match said {
            Ok(said) => {
                said.notes.iter().for_each(|it| note(it));
                said.warnings.iter().for_each(|it| warn(it));
                print(&said.out)?;
            }
            Err(error) => {
                complain(&format!("{error:#}"));
                status = ExitCode::FAILURE;
            }
        }
    }
    progress.end_if_stopped();
    Ok(status)
}

fn task(args: &PatchArgs) -> Result<Task<'_>> {
    let is_single = args.files.len() == 1;
    ensure!(
        is_single || args.output.is_none(),
        "--output takes one file only"
    );
    ensure!(
        is_single || args.undo_file.is_none(),
        "--undo-file takes one file only"
    );
    let page_size = args.page_size;
    ensure!(
        page_size.is_none_or(u64::is_power_of_two),
        "--page-size takes a power of two"
    );
    let undo = match args {
        it if it.no_undo => Undo::Nowhere,
        it if it.undo_file.is_some() => Undo::Kept,
        _ => Undo::InFile,
    };
    let prints = Prints {
        interpreter: args.print_interpreter,
        os_abi: args.print_os_abi,
        soname: args.print_soname,
        rpath: args.print_rpath,
        execstack: args.print_execstack,
        needed: args.print_needed,
    };
    Ok(Task {
        args,
        wishes: wishes(args)?,
        prints,
        options: Options { page_size, undo },
    })
}

fn wishes(args: &PatchArgs) -> Result<Wishes> {
    let one = |value: &Option<OsString>| value.as_deref().map(resolve).transpose();
    let all = |values: &[OsString]| {
        values
            .iter()
            .map(|it| resolve(it))
            .collect::<Result<Vec<_>>>()
    };
    let pairs = all(&args.replace_needed)?;
    let pairs = pairs
        .chunks_exact(2)
        .map(|it| (it[0].clone(), it[1].clone()));
    let os_abi = one(&args.set_os_abi)?;
    let prefixes = args.allowed_rpath_prefixes.as_deref();
    let renamed = args
        .rename_dynamic_symbols
        .as_deref()
        .map(names)
        .transpose()?;
    Ok(Wishes {
        interpreter: one(&args.set_interpreter)?,
        os_abi: os_abi.map(|it| abi(&it)).transpose()?,
        soname: one(&args.set_soname)?,
        set_rpath: one(&args.set_rpath)?,
        add_rpath: one(&args.add_rpath)?,
        remove_rpath: args.remove_rpath,
        shrink_rpath: args.shrink_rpath,
        allowed_prefixes: prefixes.map(between_colons).unwrap_or_default(),
        force_rpath: args.force_rpath,
        add_needed: all(&args.add_needed)?.into_iter().collect(),
        remove_needed: all(&args.remove_needed)?.into_iter().collect(),
        replace_needed: pairs.collect(),
        order_needed: args
            .order_needed
            .as_deref()
            .map(between_colons)
            .unwrap_or_default(),
        no_default_lib: args.no_default_lib,
        clear_version: all(&args.clear_symbol_version)?.into_iter().collect(),
        debug_tag: args.add_debug_tag,
        resolution_cache: args.build_resolution_cache,
        execstack: match args {
            it if it.set_execstack => Some(true),
            it if it.clear_execstack => Some(false),
            _ => None,
        },
        rename: renamed.unwrap_or_default(),
    })
}

/// Does to a file what is asked.
fn patch(path: &Path, task: &Task<'_>) -> Result<Said> {
    let name = shown(path.as_os_str().as_encoded_bytes());
    let args = task.args;
    let bytes = map_file(path).with_context(|| format!("cannot read {name}"))?;
    let mut said = Said::default();
    let operation = || format!("cannot change {name}");
    let (plan, edits) = match args.undo {
        true => (undo(&bytes, args).with_context(operation)?, Vec::new()),
        false => edits(&bytes, task, &mut said).with_context(operation)?,
    };
    if args.dry_run {
        said.out += &dry_run(&name, &bytes, &edits, &plan)?;
    }
    if args.verbose {
        let steps = plan.steps.iter();
        let steps = steps.map(|it| format!("{name}: {}", shown(it.as_bytes())));
        said.notes.extend(steps);
    }
    if args.dry_run {
        return Ok(said);
    }
    if plan.is_final {
        said.warnings.push(format!(
            "{name}: it cannot be undone: programs of its kind look at the end of their file, where the undo record would be \
             (--undo-file keeps it elsewhere)"
        ));
    }
    let kept = args.undo_file.as_ref().zip(plan.record.as_ref());
    if let Some((file, record)) = kept {
        keep(record, file)?;
    }
    let check = |new: &Path| match args.no_verify || args.undo {
        true => Ok(()),
        false => verify::verify(path, new),
    };
    let has_links = has_other_links(path);
    let written = match &args.output {
        Some(output) => write_to(path, &plan, output, &check),
        None if plan.is_empty() => Ok(()),
        None => {
            if has_links {
                said.warnings.push(format!(
                    "{name}: it has other names (hard links), which keep the old contents"
                ));
            }
            replace(path, &plan, true, &check)
        }
    };
    if let (Err(_), Some((file, _))) = (&written, kept) {
        // There is nothing that it could undo.
        let _removed = fs::remove_file(file);
    }
    written.map(|()| said)
}

fn edits(bytes: &[u8], task: &Task<'_>, said: &mut Said) -> Result<(Plan, Vec<Edit>)> {
    let before = facts(bytes, &[])?;
    let (lines, result) = task.prints.lines(&before);
    said.out += &String::from_utf8_lossy(&lines);
    result?;
    let mut edits = task.wishes.edits(&before);
    let (cache, warning) = task.wishes.resolution_cache(bytes, &edits)?;
    edits.extend(cache);
    said.warnings.extend(warning);
    let plan = surgery::plan(bytes, &edits, &task.options).context(
        "nothing was changed; what it cannot take, a pin can give it without changing it (`ldshim pin FILE`)",
    );
    Ok((plan?, edits))
}

fn undo(bytes: &[u8], args: &PatchArgs) -> Result<Plan> {
    let read = |file: &std::path::PathBuf| {
        fs::read(file).with_context(|| format!("cannot read the undo record {}", file.display()))
    };
    let record = args.undo_file.as_ref().map(read).transpose()?;
    surgery::undo(bytes, record.as_deref())
}

/// Writes an undo record to a file of its own. One that is there is another file's, and is not overwritten.
fn keep(record: &[u8], file: &Path) -> Result<()> {
    let operation = || format!("cannot keep the undo record in {}", file.display());
    let mut new = File::create_new(file).with_context(operation)?;
    new.write_all(record)
        .and_then(|()| new.sync_all())
        .with_context(operation)
}

/// What would change, line by line.
fn dry_run(name: &str, bytes: &[u8], edits: &[Edit], plan: &Plan) -> Result<String> {
    if plan.is_empty() {
        return Ok(format!("{name}: nothing would change\n"));
    }
    let (before, after) = (facts(bytes, &[])?, facts(bytes, edits)?);
    let mut lines = format!("{name}: {} bytes would become {}\n", plan.size, plan.length);
    for ((what, old), (_, new)) in described(&before).into_iter().zip(described(&after)) {
        if old != new {
            lines += &format!("  {what}: {old} -> {new}\n");
        }
    }
    for step in &plan.steps {
        lines += &format!("  {}\n", shown(step.as_bytes()));
    }
    Ok(lines)
}

fn described(facts: &Facts) -> [(&'static str, String); 8] {
    let text = |text: &Option<Vec<u8>>| text.as_ref().map_or("none".into(), |it| shown(it));
    let needed: Vec<_> = facts.needed.iter().map(|it| shown(it)).collect();
    [
        ("loader", text(&facts.interpreter)),
        ("soname", text(&facts.soname)),
        ("search path", text(&facts.search_path)),
        ("needs", needed.join(", ")),
        (
            "executable stack",
            facts
                .executable_stack
                .map_or("not said", yes_or_no)
                .to_owned(),
        ),
        (
            "default directories",
            yes_or_no(facts.default_libraries).to_owned(),
        ),
        ("debug entry", yes_or_no(facts.debug_tag).to_owned()),
        ("OS ABI", os_abi::name(facts.os_abi)),
    ]
}

fn yes_or_no(is_so: bool) -> &'static str {
    if is_so { "yes" } else { "no" }
}

/// A text from a file or a path, as a terminal may get it.
fn shown(bytes: &[u8]) -> String {
    printable::line(&String::from_utf8_lossy(bytes))
}
