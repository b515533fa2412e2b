//! `ldshim bundle --check BUNDLE [PROGRAM] -- ARGS`

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};

use crate::bundle::check::{Check, Checked, Original, Run, SHAPES};
use crate::bundle::{self, Manifest, archive};
use crate::cli::BundleArgs;
use crate::interrupt;
use crate::printable::{self, Shown as _, shell_word};
use crate::style::{BAD, GOOD, Mark};
use crate::terminal::{note, tell};

/// Runs a program of a bundle in roots of other distributions' shape. Fails if it takes anything from outside.
pub(super) fn run(path: &Path, args: &BundleArgs) -> Result<ExitCode> {
    ensure!(
        args.programs.len() <= 1,
        "--check runs one program; its arguments follow behind `--`"
    );
    let cannot = || format!("cannot check {}", path.display());
    ensure!(
        path.exists(),
        "{}: there is no such file or folder",
        cannot()
    );
    let unpacked = interrupt::temporary_folder()?;
    let folder = match path.is_dir() {
        true => path.to_owned(),
        false => archive::unpack(path, unpacked.path())?,
    };
    let folder = folder.canonicalize().with_context(cannot)?;
    let manifest = bundle::read(&folder)?;
    let program = named(args, &manifest).with_context(cannot)?;
    let run = Run {
        bundle: &folder,
        manifest: &manifest,
        program: &program,
        arguments: &args.command,
    };
    let check = Check::new(run, unpacked.path())?;
    let original = original(&check)?;
    let mut failures = 0;
    for shape in &SHAPES {
        let checked = check
            .run_in(shape, original.as_ref())
            .with_context(|| format!("cannot run the bundle where it is like {}", shape.name))?;
        say(shape.name, &checked);
        failures += checked.findings.len();
    }
    if failures > 0 {
        let original = check.original_file()?;
        let step = step(path, &manifest, original.as_deref(), &args.command);
        tell(&Mark::Do.line(&step));
    }
    Ok(ExitCode::from(u8::from(failures > 0)))
}

fn named(args: &BundleArgs, manifest: &Manifest) -> Result<String> {
    if let Some(name) = args.programs.first() {
        return Ok(name.to_string_lossy().into_owned());
    }
    let first = manifest.programs.first();
    first.map(|it| it.name.clone()).context("it has no program")
}

/// Runs the original, if it is there, and says before which file that is: the bundle has named it.
fn original(check: &Check) -> Result<Option<Original>> {
    let Some(file) = check.original_file()? else {
        note(
            "the original is not on this system, so nobody knows what it finds: only what the bundle takes from outside is reported",
        );
        return Ok(None);
    };
    let shown = file.shown();
    note(&format!("running the original, {shown}"));
    let original = check
        .run_original(&file)
        .context("cannot run the original")?;
    note(&format!("the original: {}", original.ending()));
    Ok(Some(original))
}

/// What takes along what the program lacks, as a command. It makes another bundle, for the options of this one are not known.
fn step(
    bundle: &Path,
    manifest: &Manifest,
    original: Option<&Path>,
    arguments: &[OsString],
) -> String {
    let word = |path: Option<&Path>| path.map_or("PROGRAM".into(), shell_word);
    let programs = manifest.programs.iter();
    let mut command: Vec<_> = programs.map(|it| word(it.original.as_deref())).collect();
    let mut out = bundle.as_os_str().to_owned();
    out.push("-learned");
    command.extend(["--out".into(), shell_word(&out)]);
    command.extend(["--".into(), word(original)]);
    command.extend(arguments.iter().map(shell_word));
    let command = command.join(" ");
    format!(
        "To take along all that the original opens, with the options that this bundle was made with: ldshim bundle --learn {command}"
    )
}

fn say(shape: &str, checked: &Checked) {
    let (style, result) = match checked.findings.len() {
        0 => (GOOD, "nothing from outside".to_owned()),
        1 => (BAD, "1 thing is wrong".to_owned()),
        count => (BAD, format!("{count} things are wrong")),
    };
    tell(&format!(
        "Like {shape}: {}, {} look-ups, {style}{result}{style:#}\n",
        checked.ending, checked.looks
    ));
    for finding in &checked.findings {
        tell(&Mark::Wrong.line(&printable::line(&finding.to_string())));
    }
}
