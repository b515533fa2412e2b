//! The shell of the roots, and what the first lines of bundled scripts call: every distribution has both. They are this system's own,
//! with their libraries, and name their loader by its path in the roots, as programs do that nobody has bundled.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::super::Manifest;
use super::super::contents::{Contents, Make};
use super::super::host::HostLibraries;
use super::super::make::Maker;
use super::super::needs;
use super::super::write::New;
use crate::sandbox::Root;
use crate::surgery::{self, Edit, Options, SearchPathChange};

/// Where they are in the roots.
const PLACE: &str = "/usr/lib/shell";

/// Where scripts and C libraries look for the shell.
const SH: &str = "/bin/sh";

/// What else bundled scripts call before their interpreter.
const READLINK: &str = "readlink";

/// Where it is, if PATH does not say so.
const USUAL: [&str; 3] = ["/run/current-system/sw/bin", "/usr/bin", "/bin"];

/// Copies of a system's programs, as far as it has them. They go when this is dropped.
#[derive(Debug)]
pub struct Shell {
    new: New,
}

impl Shell {
    /// Makes copies, in this folder, that find their libraries in the roots.
    ///
    /// # Errors
    /// One of them cannot be copied.
    pub fn new(folder: &Path) -> Result<Self> {
        let mut contents = Contents::new(HostLibraries::new(Vec::new()));
        for path in [Some(PathBuf::from(SH)), readlink()].into_iter().flatten() {
            if path.exists() {
                let cannot = || format!("cannot copy {} for the roots", path.display());
                let command = needs::command(&path).with_context(cannot)?;
                contents.add_program(&command).with_context(cannot)?;
            }
        }
        contents.finish()?;
        let mut folders = BTreeMap::new();
        for (place, item) in &mut contents.items {
            if let Make::Program { set, .. } = item.make {
                let folder = Path::new(PLACE).join(&contents.sets[set].folder);
                folders.insert(place.clone(), folder);
                // Without an entry.
                item.make = Make::Library { set };
            }
        }
        let manifest = Manifest::new("shell".into(), "0".into(), String::new());
        let mut new = New::in_folder(folder, manifest)?;
        new.fill(&contents, &mut Maker::new(&contents, false)?, &mut |_| {})?;
        for (place, folder) in folders {
            give_libraries(&new.path().join(place), &folder)?;
        }
        Ok(Self { new })
    }

    /// Adds them to a root.
    pub fn add_to(&self, mut root: Root) -> Root {
        root = root.bind_read_only(self.new.path(), PLACE);
        for program in &self.new.manifest.programs {
            let name = &program.name;
            let own = Path::new(PLACE).join("bin").join(name);
            root = root.link(own, Path::new("/bin").join(name));
        }
        root
    }
}

/// Whether a path of a root is among them.
pub fn is_of_shell(path: &Path) -> bool {
    path.starts_with(PLACE)
}

fn readlink() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain(USUAL.map(PathBuf::from));
    folders
        .map(|it| it.join(READLINK))
        .find(|it| it.is_absolute() && it.is_file())
}

/// Has a program name the loader and the libraries in a folder. `$ORIGIN` of a program needs /proc.
fn give_libraries(program: &Path, folder: &Path) -> Result<()> {
    let cannot = || format!("cannot change {}", program.display());
    let mut bytes = fs::read(program).with_context(cannot)?;
    let text = |path: &Path| path.as_os_str().as_bytes().to_vec();
    let edits = [
        Edit::Interpreter(text(&folder.join("ld.so"))),
        Edit::SearchPath {
            change: SearchPathChange::Set(text(folder)),
            force_rpath: false,
        },
    ];
    let plan = surgery::plan(&bytes, &edits, &Options::default()).with_context(cannot)?;
    surgery::apply(&mut bytes, &plan);
    fs::write(program, bytes).with_context(cannot)
}
