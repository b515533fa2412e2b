//! Where a bundle is unpacked: a folder of the user's own, which nobody else can write to.

use alloc::ffi::CString;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::CStr;

use loader_stub::stack::{InitialStack, at};
use run_head::index::{Record, records};

use crate::failure::{Failure, reason};
use crate::path::{join, shown};
use crate::sys::{self, Errno, File, Status};
use crate::{Own, complete, unpack};

/// The folder in which all bundles are.
const FOLDER: &[u8] = b"ldshim-bundles";

/// The folder of a bundle. It need not be there yet.
pub(crate) struct Place {
    /// The folder of all bundles, which is there.
    base: CString,
    pub(crate) bundle: CString,
}

impl Place {
    /// The first of these that can be used: `$XDG_CACHE_HOME`, `$HOME/.cache`, `/tmp`.
    pub(crate) fn find(stack: &InitialStack, own: &Own) -> Result<Self, Failure> {
        let user = stack.aux(at::EUID) as u32;
        let mut reasons = String::new();
        for base in bases(stack, user) {
            match usable(&base, user) {
                Ok(()) => return Ok(Self::of(base, own)),
                Err(why) => reasons += &format!("\n  {}: {why}", shown(&base)),
            }
        }
        Err(Failure::new(&format!(
            "there is no folder to unpack to; set XDG_CACHE_HOME to one:{reasons}"
        )))
    }

    fn of(base: CString, own: &Own) -> Self {
        let mut name = Vec::new();
        for it in records(own.index) {
            if let Record::Name(text) = it {
                name.extend(text.iter().map(|it| if *it == b'/' { b'-' } else { *it }));
            }
        }
        name.push(b'-');
        for byte in own.key {
            name.extend(format!("{byte:02x}").into_bytes());
        }
        let bundle = join(&base, &name);
        Self { base, bundle }
    }

    /// Sees to it that the bundle is there and complete. Of several that do this at once, one does it and the others wait.
    pub(crate) fn fill(&self, own: &Own) -> Result<(), Failure> {
        let _lock = self.lock()?;
        let what = || format!("cannot use the unpacked bundle {}", shown(&self.bundle));
        if complete::is_complete(&self.bundle, own) {
            return Ok(());
        }
        if complete::has_everything(&self.bundle, own) {
            return complete::mark(&self.bundle, own).map_err(|error| Failure::of(&what(), error));
        }
        let new = self.beside(b".new");
        // Somebody who was killed has left it: whoever is at work has the lock.
        self.clear(&new)?;
        if let Err(failure) = unpack::cached(own, &new) {
            _ = unpack::remove(&new);
            return Err(failure);
        }
        self.take_away()?;
        sys::rename(&new, &self.bundle).map_err(|error| Failure::of(&what(), error))
    }

    /// Removes the bundle, if it is there.
    pub(crate) fn remove(&self) -> Result<(), Failure> {
        let _lock = self.lock()?;
        self.clear(&self.beside(b".new"))?;
        self.take_away()
    }

    /// Under its name it is there as a whole or not at all.
    fn take_away(&self) -> Result<(), Failure> {
        let old = self.beside(b".old");
        self.clear(&old)?;
        match sys::rename(&self.bundle, &old) {
            Ok(()) => self.clear(&old),
            Err(Errno(libc::ENOENT)) => Ok(()),
            Err(error) => Err(Failure::of(
                &format!("cannot rename {}", shown(&self.bundle)),
                error,
            )),
        }
    }

    fn clear(&self, folder: &CStr) -> Result<(), Failure> {
        unpack::remove(folder)
            .map_err(|error| Failure::of(&format!("cannot remove {}", shown(folder)), error))
    }

    fn beside(&self, ending: &[u8]) -> CString {
        let mut path = self.bundle.to_bytes().to_vec();
        path.extend(ending);
        // SAFETY: there is no NUL in a C string, and none in the endings.
        unsafe { CString::from_vec_unchecked(path) }
    }

    fn lock(&self) -> Result<File, Failure> {
        let what = |error| Failure::of(&format!("cannot lock {}", shown(&self.base)), error);
        let folder = File::open(&self.base).map_err(what)?;
        folder.lock().map_err(what)?;
        Ok(folder)
    }
}

/// Where bundles may be unpacked, the best first.
fn bases(stack: &InitialStack, user: u32) -> Vec<CString> {
    let variable = |prefix: &[u8]| {
        let mut entries = stack.envp.iter();
        let value = entries.find_map(|it| it.strip_prefix(prefix))?.to_c_str();
        value.to_bytes().starts_with(b"/").then_some(value)
    };
    let mut bases = Vec::new();
    if let Some(cache) = variable(b"XDG_CACHE_HOME=") {
        bases.push(join(cache, FOLDER));
    }
    if let Some(home) = variable(b"HOME=") {
        bases.push(join(&join(home, b".cache"), FOLDER));
    }
    bases.push(join(c"/tmp", format!("ldshim-bundles-{user}").as_bytes()));
    bases
}

/// Makes the folder where there is none. It has to be the user's, and nobody else may write to it: others could put programs there
/// which this user would start. For the same reason nobody else may rename it, while it is looked at: a root with the home of another
/// user leaves that alone.
fn usable(base: &CStr, user: u32) -> Result<(), String> {
    let above = above(base).or_else(|_| above(&parent(base)));
    let above = above.map_err(reason)?;
    let is_sticky = above.mode & libc::S_ISVTX != 0;
    if above.owner != user && !(above.owner == 0 && is_sticky) {
        return Err("the folder above it belongs to another user".into());
    }
    if above.mode & libc::S_IWOTH != 0 && !is_sticky {
        return Err("others may write to the folder above it".into());
    }
    let status = match sys::status(base) {
        Err(Errno(libc::ENOENT)) => {
            make_with_parent(base).map_err(reason)?;
            sys::status(base)
        }
        answer => answer,
    };
    let status = status.map_err(reason)?;
    if status.mode & libc::S_IFMT != libc::S_IFDIR {
        return Err("it is no folder".into());
    }
    if status.owner != user {
        return Err("it belongs to another user".into());
    }
    if status.mode & 0o022 != 0 {
        return Err("others may write to it".into());
    }
    Ok(())
}

/// Makes a folder and the one above it, such as `.cache`, for the user alone.
fn make_with_parent(folder: &CStr) -> Result<(), Errno> {
    let exists = |answer| match answer {
        Err(Errno(libc::EEXIST)) => Ok(()),
        other => other,
    };
    match exists(sys::make_folder(folder, 0o700)) {
        Err(Errno(libc::ENOENT)) => {
            exists(sys::make_folder(&parent(folder), 0o700))?;
            exists(sys::make_folder(folder, 0o700))
        }
        answer => answer,
    }
}

/// What the folder above something is, with links followed.
fn above(path: &CStr) -> Result<Status, Errno> {
    sys::status(&join(&parent(path), b"."))
}

/// The folder that something is in, by an absolute path.
fn parent(path: &CStr) -> CString {
    let bytes = path.to_bytes();
    let slash = bytes.iter().rposition(|it| *it == b'/').unwrap_or(0);
    join(c"", &bytes[1.min(slash)..slash])
}
