//! Which files are parts of what is installed, and which are the user's or the system's.

use std::env;
use std::fmt;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};

/// Where what Nix has installed is. Everybody may read it.
const STORE: &str = "/nix/store";

/// What the kernel makes up as it is asked.
const KERNEL: [&str; 3] = ["/proc", "/sys", "/dev"];

/// Where no program is installed whole: the system's own, and what is the user's or nobody's.
const NEVER: [&str; 8] = [
    "/etc",
    "/var",
    "/run",
    "/tmp",
    "/boot",
    "/usr/local/etc",
    "/usr/src",
    "/usr/local/src",
];

/// Folders of several things that are installed.
const MANY: [&str; 4] = ["/opt", "/srv", "/mnt", "/media"];

/// Why a file stays behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It is no file of a disk.
    Kernel,
    /// Not everybody may read it.
    Private,
    /// It is in a hidden folder, or is a hidden file, outside of the store.
    Hidden,
    /// It is named in the command.
    Named,
    /// It is neither of the store nor in the program's own folder.
    Elsewhere,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Kernel => "it is no file of a disk",
            Self::Private => "not everybody may read it",
            Self::Hidden => "its name or that of its folder begins with a dot",
            Self::Named => "it is named in the command",
            Self::Elsewhere => {
                "it belongs to no package of the store and to no folder of the programs"
            }
        })
    }
}

/// What belongs to the programs.
pub struct Installed {
    /// The folders of programs that are not of the store.
    folders: Vec<PathBuf>,
    /// Folders of users.
    homes: Vec<PathBuf>,
    /// What the command's user has named.
    named: Vec<PathBuf>,
}

impl Installed {
    /// For programs, and with what a command's user has named in it.
    pub fn new(programs: &[PathBuf], named: Vec<PathBuf>) -> Self {
        let real = |path: &Path| path.canonicalize().ok();
        let homes = homes();
        let programs = programs.iter().filter_map(|program| real(program));
        let folders = programs.filter_map(|program| folder_of(&program, &homes));
        Self {
            folders: folders.collect(),
            homes,
            named: named.iter().filter_map(|path| real(path)).collect(),
        }
    }

    /// Why a file stays behind that was named by one path, and is at another. None if it belongs into a bundle.
    pub fn leaves(&self, named: &Path, file: &Path) -> Option<Reason> {
        if KERNEL.iter().any(|folder| named.starts_with(folder)) {
            return Some(Reason::Kernel);
        }
        if named.starts_with(STORE) && file.starts_with(STORE) {
            return None;
        }
        let folder = self.folders.iter().find(|it| file.starts_with(it));
        let Some(folder) = folder.filter(|it| !self.is_never(file, it)) else {
            return Some(Reason::Elsewhere);
        };
        if self.named.iter().any(|it| file.starts_with(it)) {
            return Some(Reason::Named);
        }
        let below = file.strip_prefix(folder).unwrap_or(file);
        if below.components().any(is_hidden) {
            return Some(Reason::Hidden);
        }
        let is_public =
            is_allowed(file, 0o004) && folders_to(file, folder).all(|it| is_allowed(it, 0o001));
        (!is_public).then_some(Reason::Private)
    }

    /// Whether a file in a program's folder is none of the program's.
    fn is_never(&self, file: &Path, folder: &Path) -> bool {
        let never = NEVER.iter().map(Path::new);
        let mut never = never.chain(self.homes.iter().map(PathBuf::as_path));
        // A folder that is in one of them itself was asked for.
        never.any(|it| file.starts_with(it) && !folder.starts_with(it))
            || (folder == Path::new("/usr") && file.starts_with("/usr/local"))
    }
}

/// The folders that a file is in, up to one above which it does not matter who may enter.
fn folders_to<'a>(file: &'a Path, top: &'a Path) -> impl Iterator<Item = &'a Path> {
    let above = file.ancestors().skip(1);
    above.take_while(move |it| *it != top)
}

/// Whether others may do with a file or folder what this bit of its mode says.
fn is_allowed(path: &Path, bit: u32) -> bool {
    path.metadata()
        .is_ok_and(|it| it.permissions().mode() & bit != 0)
}

/// The folder that a program is installed in: `/opt/tool` of `/opt/tool/bin/tool`. None if other things are there as well.
fn folder_of(program: &Path, homes: &[PathBuf]) -> Option<PathBuf> {
    if program.starts_with(STORE) {
        return None;
    }
    let folder = program.parent()?;
    let is_for_programs = ["bin", "sbin", "libexec"]
        .iter()
        .any(|name| folder.ends_with(name));
    let folder = if is_for_programs {
        folder.parent()?
    } else {
        folder
    };
    let is_of_many = folder.parent().is_none()
        || MANY.iter().chain(&NEVER).any(|it| folder == Path::new(it))
        || homes.iter().any(|home| home.starts_with(folder))
        // `~/.local` has what programs know of their user beside what is installed.
        || homes.iter().any(|home| folder.parent() == Some(home))
            && folder.components().next_back().is_some_and(is_hidden);
    (!is_of_many).then(|| folder.to_owned())
}

/// The folders of this machine's users.
fn homes() -> Vec<PathBuf> {
    let others = fs::read_dir("/home").into_iter().flatten().flatten();
    let homes = others.map(|it| it.path());
    homes
        .chain(env::home_dir())
        .chain(["/root".into()])
        .filter_map(|home| home.canonicalize().ok())
        .filter(|home| home.parent().is_some())
        .collect()
}

fn is_hidden(name: Component) -> bool {
    matches!(name, Component::Normal(name) if name.as_encoded_bytes().starts_with(b"."))
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;

    use super::*;

    /// A program in `bin` of a folder, with a file.
    fn installed(file: &str, mode: u32) -> (tempfile::TempDir, PathBuf, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap().join("tool");
        let [program, file] = ["bin/tool", file].map(|it| top.join(it));
        for (path, mode) in [(&program, 0o755), (&file, mode)] {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
            fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
            // Whatever the umask of who tests this.
            for folder in path
                .ancestors()
                .skip(1)
                .take_while(|it| it.starts_with(&top))
            {
                fs::set_permissions(folder, Permissions::from_mode(0o755)).unwrap();
            }
        }
        (folder, program, file)
    }

    fn leaves(file: &str, mode: u32, named: impl Fn(&Path) -> Vec<PathBuf>) -> Option<Reason> {
        let (_kept, program, file) = installed(file, mode);
        Installed::new(&[program], named(&file)).leaves(&file, &file)
    }

    #[test]
    fn what_is_in_the_programs_folder_belongs_to_it() {
        assert_eq!(leaves("share/data", 0o644, |_| vec![]), None);
    }

    #[test]
    fn what_is_private_hidden_or_named_in_the_command_stays() {
        assert_eq!(
            leaves("share/data", 0o640, |_| vec![]),
            Some(Reason::Private)
        );
        assert_eq!(leaves(".env", 0o644, |_| vec![]), Some(Reason::Hidden));
        assert_eq!(
            leaves(".ssh/config", 0o644, |_| vec![]),
            Some(Reason::Hidden)
        );
        let named = |file: &Path| vec![file.to_owned()];
        assert_eq!(leaves("share/data", 0o644, named), Some(Reason::Named));
        let folder = |file: &Path| vec![file.parent().unwrap().to_owned()];
        assert_eq!(leaves("share/data", 0o644, folder), Some(Reason::Named));
    }

    #[test]
    fn what_is_in_a_private_folder_stays() {
        let (_kept, program, file) = installed("keys/own/key", 0o644);
        let installed = Installed::new(&[program], vec![]);
        assert_eq!(installed.leaves(&file, &file), None);
        let keys = file.ancestors().nth(2).unwrap();
        fs::set_permissions(keys, Permissions::from_mode(0o750)).unwrap();
        assert_eq!(installed.leaves(&file, &file), Some(Reason::Private));
    }

    #[test]
    fn what_is_the_systems_stays_whatever_the_program() {
        for program in ["/usr/bin/env", "/bin/sh"] {
            let installed = Installed::new(&[program.into()], vec![]);
            for file in [
                "/etc/passwd",
                "/root/.ssh/id_rsa",
                "/tmp/x",
                "/usr/local/lib/x",
            ] {
                let file = Path::new(file);
                assert_eq!(
                    installed.leaves(file, file),
                    Some(Reason::Elsewhere),
                    "{program}: {}",
                    file.display()
                );
            }
            let proc = Path::new("/proc/self/maps");
            assert_eq!(installed.leaves(proc, proc), Some(Reason::Kernel));
        }
    }

    #[test]
    fn the_store_belongs_to_programs_but_not_what_leads_into_it_from_etc() {
        let installed = Installed::new(&[], vec![]);
        let file = Path::new("/nix/store/abc-data/share/x");
        assert_eq!(installed.leaves(file, file), None);
        assert_eq!(
            installed.leaves(Path::new("/etc/x"), file),
            Some(Reason::Elsewhere)
        );
    }

    #[test]
    fn folders_of_many_things_are_no_programs_own() {
        let home = PathBuf::from("/home/alice");
        let folder = |program: &str| folder_of(Path::new(program), std::slice::from_ref(&home));
        for program in [
            "/bin/tool",
            "/opt/tool",
            "/tmp/tool",
            "/home/bin/tool",
            "/home/alice/bin/tool",
            "/home/alice/tool",
            "/home/alice/.local/bin/tool",
            "/nix/store/abc-tool/bin/tool",
        ] {
            assert_eq!(folder(program), None, "{program}");
        }
        for (program, own) in [
            ("/usr/bin/tool", "/usr"),
            ("/opt/tool/tool", "/opt/tool"),
            (
                "/home/alice/.local/share/tool/bin/tool",
                "/home/alice/.local/share/tool",
            ),
            ("/home/alice/tool/bin/tool", "/home/alice/tool"),
        ] {
            assert_eq!(folder(program), Some(own.into()), "{program}");
        }
    }
}
