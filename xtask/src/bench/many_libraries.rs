//! A program that needs many libraries in many directories, as programs of the Nix store do.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use xtask_start::process;

/// How many libraries the program needs, besides its C library.
const LIBRARIES: usize = 300;
/// In how many directories they are.
const DIRECTORIES: usize = 40;

/// The names of the directories.
pub fn directory_names() -> impl Iterator<Item = String> {
    (0..DIRECTORIES).map(|number| format!("d{number:02}"))
}

/// Makes `folder` with the directories and `program`, unless it is there.
///
/// # Errors
/// It cannot be written, or the compiler fails.
pub fn make(folder: &Path) -> Result<()> {
    let context = || format!("cannot make {}", folder.display());
    let program = folder.join("program");
    if program.is_file() {
        return Ok(());
    }
    for name in directory_names() {
        fs::create_dir_all(folder.join(name)).with_context(context)?;
    }
    let mut link = Command::new("cc");
    link.arg("-Wl,--no-as-needed").arg("-o").arg(&program);
    let main = folder.join("program.c");
    fs::write(&main, "int main(void) { return 0; }\n").with_context(context)?;
    link.arg(main);
    let source = folder.join("library.c");
    fs::write(&source, "int answer(void) { return 42; }\n").with_context(context)?;
    for (number, directory) in
        (0..LIBRARIES).zip(directory_names().collect::<Vec<_>>().iter().cycle())
    {
        let name = format!("libmany{number:03}.so");
        let library = folder.join(directory).join(&name);
        let mut cc = Command::new("cc");
        cc.args(["-shared", "-nostdlib", "-fPIC"])
            .arg(format!("-Wl,-soname,{name}"));
        process::run(cc.arg("-o").arg(&library).arg(&source))?;
        link.arg(library);
    }
    process::run(&mut link).map(drop)
}
