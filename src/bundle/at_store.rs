//! Bundles that are shown at `/nix`: for programs that look for data by store paths which nothing can change.
//!
//! The names in `bin/` are scripts then, which start the ldshim of the bundle. It makes a user namespace in which the bundle is at `/nix`
//! and all else is the host's, and becomes the program.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::contents::{Contents, Item, Make};
use super::double_quotes::literal;
use super::place::place;
use crate::sandbox::Root;

/// Where a bundle is shown: its `store/` is `/nix/store` then.
const SHOWN_AT: &str = "/nix";

/// The flag of `ldshim bundle` with which the scripts start it.
pub const FLAG: &str = "--at-store";

impl Contents {
    /// Has all programs start with the bundle shown at `/nix`, by this file of ldshim, which goes along.
    ///
    /// # Errors
    /// The file of ldshim cannot be taken along.
    pub fn show_at_store(&mut self, ldshim: &Path) -> Result<()> {
        const WHY: &str = "shows the bundle at /nix/store";
        self.add_path(ldshim, WHY)?;
        let ldshim = ldshim.canonicalize()?;
        let tool = place(&ldshim);
        for program in self.programs.clone() {
            let link = Path::new("bin").join(&program.name);
            let text = script(&link, &tool, &program.place);
            let item = Item {
                // It may be executed as that file may.
                source: Some(ldshim.clone()),
                why: WHY.to_owned(),
                make: Make::Bytes(text.into_bytes()),
            };
            self.items.insert(link, item);
        }
        Ok(())
    }
}

/// The text of a name in `bin/`.
fn script(link: &Path, tool: &Path, program: &Path) -> String {
    let [link, tool, program] = [link, tool, program].map(|it| literal(&it.to_string_lossy()));
    format!(
        "#!/bin/sh\nb=$(readlink -f \"$0\"); b=${{b%\"/{link}\"}}\n\
         exec \"$b/{tool}\" bundle {FLAG} \"$b\" -- \"$0\" \"{SHOWN_AT}/{program}\" \"$@\"\n"
    )
}

/// Becomes a program with a bundle shown at `/nix`: the command is its `argv[0]`, its path there, and its arguments.
///
/// # Errors
/// No such namespace can be made, or the program cannot be started.
pub fn start(bundle: &Path, command: &[OsString]) -> Result<()> {
    let [name, program, arguments @ ..] = command else {
        bail!("{FLAG} wants a name and a program");
    };
    // Gone, or not to be entered: the program finds that out itself where it asks.
    let folder = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/"));
    let root = Root::like_host()?.without(SHOWN_AT);
    let root = root.bind_read_only(bundle, SHOWN_AT);
    let operation = || format!("cannot show {} at {SHOWN_AT}", bundle.display());
    root.enter(&folder).with_context(operation)?;
    let error = Command::new(program).arg0(name).args(arguments).exec();
    Err(error).with_context(|| format!("cannot start {}", Path::new(program).display()))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn names_with_letters_of_the_shell_mean_themselves() {
        for name in [
            "plain", "a\"b", "$HOME", "`false`", "$(false)", "a\\b", "a b",
        ] {
            let folder = tempfile::tempdir().unwrap();
            let top = folder.path().canonicalize().unwrap();
            let [link, tool, program] = ["bin", "root", "store"].map(|it| Path::new(it).join(name));
            for file in [&link, &tool].map(|it| top.join(it)) {
                fs::create_dir_all(file.parent().unwrap()).unwrap();
            }
            fs::write(top.join(&link), script(&link, &tool, &program)).unwrap();
            symlink("/bin/echo", top.join(&tool)).unwrap();
            let start = Command::new("/bin/sh")
                .arg(top.join(&link))
                .arg("x")
                .output();
            let output = start.unwrap();
            let said = format!(
                "bundle {FLAG} {} -- {} {SHOWN_AT}/store/{name} x\n",
                top.display(),
                top.join(&link).display()
            );
            assert_eq!(String::from_utf8_lossy(&output.stdout), said, "{output:?}");
        }
    }
}
