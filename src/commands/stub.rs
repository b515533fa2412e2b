//! `ldshim stub configure` and `ldshim stub show`

use std::ffi::{CStr, CString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use loader_stub::baked::Baked;
use loader_stub::c_library::CLibrary;
use loader_stub::on_demand::DEFAULT_TOOL;
use serde_json::json;

use super::print;
use crate::cli::{StubCommand, StubConfigureArgs, StubShowArgs};
use crate::library_env::{CACHE_NAME, baked_cache_note};
use crate::printable::shell_word;
use crate::stub_file::StubFile;
use crate::terminal::warn;

pub(super) fn run(command: &StubCommand) -> Result<ExitCode> {
    match command {
        StubCommand::Configure(args) => configure(args),
        StubCommand::Show(args) => show(args),
    }
}

fn configure(args: &StubConfigureArgs) -> Result<ExitCode> {
    let mut stub = StubFile::read(&args.input)?;
    let (old, old_musl) = (stub.baked(CLibrary::Glibc)?, stub.baked(CLibrary::Musl)?);
    let old = [
        old.loader,
        old.library_dir,
        old.cache_place,
        old_musl.loader,
        old_musl.library_dir,
        old.on_demand,
        old.tool,
    ];
    let [
        old_loader,
        old_dir,
        old_place,
        old_musl_loader,
        old_musl_dir,
        old_on_demand,
        old_tool,
    ] = old.map(|text| text.map(CStr::to_owned));
    let new_or = |new: &Option<PathBuf>, old, what| match new {
        Some(path) => baked_path(path, what).map(Some),
        None => Ok(old),
    };
    let loader = new_or(&args.loader, old_loader, "loader")?;
    let musl_loader = new_or(&args.musl_loader, old_musl_loader, "loader")?;
    let musl_dir = new_or(&args.musl_library_dir, old_musl_dir, "library directory")?;
    let tool = new_or(&args.tool, old_tool, "tool")?;
    let on_demand = match args.on_demand.as_deref() {
        None => old_on_demand,
        Some("no") => None,
        Some(policy) => Some(CString::new(policy)?),
    };
    let (library_dir, place) = match &args.library_dir {
        Some(path) => (
            Some(baked_path(path, "library directory")?),
            baked_cache_note(path)?,
        ),
        None => (old_dir, old_place),
    };
    let glibc = Baked {
        loader: loader.as_deref(),
        library_dir: library_dir.as_deref(),
        cache_place: place.as_deref(),
        on_demand: on_demand.as_deref(),
        tool: tool.as_deref(),
    };
    let musl = Baked {
        loader: musl_loader.as_deref(),
        library_dir: musl_dir.as_deref(),
        ..Baked::default()
    };
    stub.bake(&glibc, &musl)
        .with_context(|| format!("cannot configure {}", args.input.display()))?;
    stub.write(&args.out)?;
    if let Some(directory) = &args.library_dir {
        warn_without_cache(directory, place.is_some());
    }
    if let Some(directory) = args.musl_library_dir.as_deref().filter(|it| !it.is_dir()) {
        warn(&format!(
            "{} is not there yet, and programs of musl find no library until it is",
            directory.display()
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// Says so if what was baked in is no library environment: the stub then hands it over as LD_LIBRARY_PATH, and goes on so when
/// it has become one.
fn warn_without_cache(directory: &Path, has_cache: bool) {
    if has_cache {
        return;
    }
    let what = match directory.join(CACHE_NAME) {
        _ if !directory.is_dir() => "is not there yet",
        cache if !cache.is_file() => "is no library environment: it has no ld.so.cache",
        _ => "is no library environment: it has no ld.so whose cache could be redirected",
    };
    let (directory, word) = (directory.display(), shell_word(directory));
    warn(&format!(
        "{directory} {what}. The stub will find libraries there by a library path, which goes before a program's own \
         libraries, also when there is a cache one day."
    ));
    warn(&format!(
        "build it first, and configure the stub then: ldshim env build --out {word} --loader LOADER PATH"
    ));
}

/// A path as it is baked in. It need not exist here: a stub can be configured for another root.
fn baked_path(path: &Path, what: &str) -> Result<CString> {
    ensure!(
        path.is_absolute(),
        "cannot bake in the {what} {}: it is a relative path, and programs are started anywhere",
        path.display()
    );
    let bytes = path.as_os_str().as_bytes();
    CString::new(bytes).with_context(|| format!("cannot bake in the {what} {}", path.display()))
}

fn show(args: &StubShowArgs) -> Result<ExitCode> {
    let stub = StubFile::read(&args.file)?;
    let (baked, musl) = (stub.baked(CLibrary::Glibc)?, stub.baked(CLibrary::Musl)?);
    let path = |text: Option<&CStr>| {
        text.map(|text| PathBuf::from(std::ffi::OsStr::from_bytes(text.to_bytes())))
    };
    let (loader, library_dir) = (path(baked.loader), path(baked.library_dir));
    let (musl_loader, musl_dir) = (path(musl.loader), path(musl.library_dir));
    let has_cache = baked.cache_place.is_some();
    let on_demand = baked.on_demand.map(CStr::to_string_lossy);
    let tool = path(baked.tool);
    if args.json {
        // The schema: `loader` and `library_dir` are null where nothing is baked in; `has_cache`
        // says whether the library environment's cache is used. Likewise for programs of musl.
        // `on_demand` is `ask`, `yes` or null, `tool` the ldshim that is started then, or null.
        let text = json!({
            "schema": 1,
            "loader": loader.as_ref().map(|path| path.to_string_lossy()),
            "library_dir": library_dir.as_ref().map(|path| path.to_string_lossy()),
            "has_cache": has_cache,
            "musl_loader": musl_loader.as_ref().map(|path| path.to_string_lossy()),
            "musl_library_dir": musl_dir.as_ref().map(|path| path.to_string_lossy()),
            "on_demand": on_demand,
            "tool": tool.as_ref().map(|path| path.to_string_lossy()),
        });
        print(&format!("{text:#}\n"))?;
    } else {
        let text = |path: Option<PathBuf>| {
            path.map_or("none".to_owned(), |path| path.display().to_string())
        };
        let cache = if has_cache { " (with a cache)" } else { "" };
        print(&format!(
            "loader     {}\nlibraries  {}{cache}\n",
            text(loader),
            text(library_dir)
        ))?;
        if let Some(on_demand) = on_demand {
            let tool = tool.unwrap_or(DEFAULT_TOOL.to_string_lossy().into_owned().into());
            print(&format!("on demand  {on_demand}, by {}\n", tool.display()))?;
        }
        if musl_loader.is_some() || musl_dir.is_some() {
            print(&format!(
                "for programs of musl:\nloader     {}\nlibraries  {}\n",
                text(musl_loader),
                text(musl_dir)
            ))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
