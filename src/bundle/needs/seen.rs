//! The programs and libraries of a bundle, as rules see them.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use memchr::memmem;
use memmap2::Mmap;

use super::mentions::{Mention, mentions};
use crate::resolver::map_file;

/// A program or library.
#[derive(Debug)]
pub(super) struct Seen {
    /// Its path, without links.
    pub(super) path: PathBuf,
    bytes: Mmap,
    /// Which texts it has, as far as that was asked. Rules ask anew in each round.
    said: RefCell<BTreeMap<String, bool>>,
    mentions: OnceCell<Vec<Mention>>,
}

impl Seen {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn name(&self) -> &str {
        let name = self.path.file_name().and_then(OsStr::to_str);
        name.unwrap_or_default()
    }

    /// Its folder.
    pub(super) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(&self.path)
    }

    /// Whether it has this text of its own: the name of a function that it calls, or of a variable that it asks for.
    pub(super) fn says(&self, text: &str) -> bool {
        if let Some(&known) = self.said.borrow().get(text) {
            return known;
        }
        let whole = format!("\0{text}\0");
        let found = memmem::find(&self.bytes, whole.as_bytes()).is_some();
        self.said.borrow_mut().insert(text.to_owned(), found);
        found
    }

    /// The store paths that stand in it.
    pub(super) fn mentions(&self) -> &[Mention] {
        self.mentions.get_or_init(|| mentions(&self.bytes))
    }
}

/// All of them, by their paths.
#[derive(Debug, Default)]
pub struct AllSeen {
    all: BTreeMap<PathBuf, Seen>,
}

impl AllSeen {
    /// Opens the files that are not open yet; one that cannot be read is left out, for whoever copies it to tell.
    pub(super) fn open(&mut self, paths: &[PathBuf]) {
        for path in paths.iter().filter_map(|it| it.canonicalize().ok()) {
            if self.all.contains_key(&path) {
                continue;
            }
            let Ok(bytes) = map_file(&path) else {
                continue;
            };
            let seen = Seen {
                path: path.clone(),
                bytes,
                said: RefCell::default(),
                mentions: OnceCell::new(),
            };
            self.all.insert(path, seen);
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Seen> {
        self.all.values()
    }

    /// Those whose file names begin with this text, such as `libssl.so`.
    pub(super) fn named<'s>(&'s self, start: &'s str) -> impl Iterator<Item = &'s Seen> {
        self.iter().filter(move |it| it.name().starts_with(start))
    }

    /// The C library, if it is glibc. Its file was called after its version before glibc 2.34.
    pub(super) fn glibc(&self) -> Option<&Seen> {
        let mut found = self.named("libc.so.6").chain(self.named("libc-2."));
        found.next()
    }

    /// The first that is none of glibc's own and says one of these texts.
    pub(super) fn caller(&self, texts: &[&str]) -> Option<&Seen> {
        let of_glibc = self.glibc().map(Seen::folder);
        let is_own = |it: &Seen| Some(it.folder()) == of_glibc && is_of_glibc(it.name());
        let mut others = self.iter().filter(|it| !is_own(it));
        others.find(|it| texts.iter().any(|text| it.says(text)))
    }
}

/// Whether a file's name is that of one of glibc's libraries: those with versions of their own, before glibc 2.34, included.
fn is_of_glibc(name: &str) -> bool {
    const NAMES: [&str; 11] = [
        "ld-",
        "libc.so",
        "libc-2",
        "libm",
        "libdl",
        "libpthread",
        "librt",
        "libnsl",
        "libnss_",
        "libresolv",
        "libutil",
    ];
    NAMES.iter().any(|it| name.starts_with(it))
}

/// The first of these folders or files that is there, from a file's folder on.
pub(super) fn beside(seen: &Seen, places: &[&str]) -> Option<PathBuf> {
    let mut found = places.iter().map(|it| seen.folder().join(it));
    found.find_map(|it| it.canonicalize().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_counts_whole_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("libx.so.1");
        std::fs::write(&path, b"\x7fELF\0iconv_open\0setlocale_x\0").unwrap();
        let mut seen = AllSeen::default();
        seen.open(&[path.clone(), path, "/no such file".into()]);
        assert_eq!(seen.iter().count(), 1);
        let own = seen.named("libx.so").next().unwrap();
        assert!(own.says("iconv_open"));
        assert!(!own.says("iconv"));
        assert!(!own.says("setlocale"));
        assert!(seen.caller(&["iconv_open"]).is_some());
        assert!(seen.named("liby.so").next().is_none());
    }
}
