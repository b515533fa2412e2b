//! Files of this machine, by what its loader makes of them before and after.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use ldshim::elf;
use ldshim::surgery::facts;

use crate::common::{Ran, platform};
use crate::made::{lint, patch};

/// How many files are tried.
const FILES: usize = 160;

const LONG: &str = "/nix/store/rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr-glibc-2.40/lib:/nix/store/ssssssssssssssssssssssssssssssss-gcc-14/lib";

/// Programs and libraries of this machine, evenly out of all.
fn files() -> Vec<PathBuf> {
    let folders = [
        "/usr/bin",
        "/usr/sbin",
        "/usr/lib/x86_64-linux-gnu",
        "/usr/lib/aarch64-linux-gnu",
        "/usr/libexec",
    ];
    let mut files = BTreeSet::new();
    for folder in folders {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        // Each once, by whatever names.
        files.extend(entries.filter_map(|it| it.path().canonicalize().ok()));
    }
    let suits = |path: &PathBuf| {
        let size = fs::metadata(path).map_or(0, |it| it.len());
        let is_ours = elf::identify(path).is_ok_and(|it| platform().architecture.matches(&it));
        let said = || fs::read(path).ok().and_then(|it| facts(&it, &[]).ok());
        // The loader relocates itself; what needs nothing has nothing to search.
        is_ours
            && size < 30 << 20
            && said().is_some_and(|it| it.is_dynamic && !it.needed.is_empty())
    };
    let files: Vec<PathBuf> = files.into_iter().filter(suits).collect();
    let step = (files.len() / FILES).max(1);
    files.into_iter().step_by(step).take(FILES).collect()
}

/// What the loader says of a file when it binds all symbols, without addresses and names of the file.
fn traced(file: &Path) -> (Option<i32>, BTreeSet<String>) {
    let mut command = Command::new(platform().architecture.loader_path);
    command
        .env_clear()
        .env("LD_TRACE_LOADED_OBJECTS", "1")
        .env("LD_WARN", "1")
        .env("LD_BIND_NOW", "1");
    let ran = Ran::of(command.arg(file));
    let name = file.to_string_lossy();
    let line = |line: &str| {
        let line = line.split_once(" (0x").map_or(line, |it| it.0);
        line.replace(&*name, "FILE")
    };
    // libm is the one that was added, and brings libc along.
    let is_new = |it: &str| {
        it.contains("libm.so.6")
            || it.contains("libc.so.6")
            || it.contains("ld-linux")
            || it.contains("vdso")
    };
    let text = ran.stdout + &ran.stderr;
    let lines = text
        .lines()
        .map(line)
        .filter(|it| !is_new(it) && !it.contains("statically linked"));
    (ran.code, lines.collect())
}

fn try_file(original: &Path, folder: &Path) -> Result<(), String> {
    let (plain, changed) = (folder.join("plain"), folder.join("changed"));
    for file in [&plain, &changed] {
        fs::copy(original, file).map_err(|it| it.to_string())?;
        fs::set_permissions(file, fs::Permissions::from_mode(0o755))
            .map_err(|it| it.to_string())?;
    }
    let before = fs::read(&changed).map_err(|it| it.to_string())?;
    let path = facts(&before, &[])
        .map_err(|it| it.to_string())?
        .search_path;
    let path = path.map(|it| format!("{}:{LONG}", String::from_utf8_lossy(&it)));
    let edits = [
        "--set-rpath",
        path.as_deref().unwrap_or(LONG),
        "--add-needed",
        "libm.so.6",
    ];
    let ran = patch(&edits, &[&changed]);
    if ran.code != Some(0) {
        return Err(format!("refused: {}", ran.stderr));
    }
    let same = |what: &str| match traced(&plain) == traced(&changed) {
        true => Ok(()),
        false => Err(format!(
            "{what}: {:?} became {:?}",
            traced(&plain),
            traced(&changed)
        )),
    };
    same("loads")?;
    let new: Vec<_> = lint(&changed)
        .into_iter()
        .filter(|it| !lint(&plain).contains(it))
        .collect();
    if !new.is_empty() {
        return Err(format!("eu-elflint: {new:?}"));
    }
    let whole = [&plain, &changed].map(|it| fs::read(it).unwrap_or_default());
    for tool in [&["strip"][..], &["strip", "-g"], &["objcopy"]] {
        for (file, whole) in [&plain, &changed].iter().zip(&whole) {
            fs::write(file, whole).map_err(|it| it.to_string())?;
            let _ = Ran::of(Command::new(tool[0]).args(&tool[1..]).arg(file));
        }
        same(&tool.join(" "))?;
    }
    fs::write(&changed, &whole[1]).map_err(|it| it.to_string())?;
    drop(patch(&["--undo"], &[&changed]));
    match fs::read(&changed).is_ok_and(|it| it == before) {
        true => Ok(()),
        false => Err("undone, it is not the original".to_owned()),
    }
}

#[test]
fn all_load_as_before_also_when_stripped_and_can_be_undone() {
    let files = files();
    assert!(files.len() >= FILES / 2, "{} files", files.len());
    let next = AtomicUsize::new(0);
    let work = || {
        let folder = tempfile::tempdir().unwrap();
        let mut failed = Vec::new();
        while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            failed.extend(
                try_file(file, folder.path())
                    .err()
                    .map(|it| format!("{}: {it}", file.display())),
            );
        }
        failed
    };
    let failed: Vec<String> = thread::scope(|scope| {
        let others = [scope.spawn(work), scope.spawn(work)];
        others
            .into_iter()
            .flat_map(|it| it.join().unwrap())
            .collect()
    });
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
