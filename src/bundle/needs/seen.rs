//! The programs and libraries of a bundle, as rules see them.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use memchr::memmem;
use memmap2::Mmap;

use crate::resolver::map_file;

/// A program or library.
#[derive(Debug)]
pub(super) struct Seen {
    /// Its path, without links.
    pub(super) path: PathBuf,
    bytes: Mmap,
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
        let text = format!("\0{text}\0");
        memmem::find(&self.bytes, text.as_bytes()).is_some()
    }
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct AllSeen {
    all: Vec<Seen>,
}

impl AllSeen {
    /// Opens the files; one that cannot be read is left out, for whoever copies it to tell.
    pub(super) fn open(paths: &[PathBuf]) -> Self {
        let open = |it: &PathBuf| {
            let path = it.canonicalize().ok()?;
            let bytes = map_file(&path).ok()?;
            Some(Seen { path, bytes })
        };
        let mut all: Vec<_> = paths.iter().filter_map(open).collect();
        all.sort_by(|a, b| a.path.cmp(&b.path));
        all.dedup_by(|a, b| a.path == b.path);
        Self { all }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Seen> {
        self.all.iter()
    }

    /// Those whose file names begin with this text, such as `libssl.so`.
    pub(super) fn named<'s>(&'s self, start: &'s str) -> impl Iterator<Item = &'s Seen> {
        self.all
            .iter()
            .filter(move |it| it.name().starts_with(start))
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
        let mut others = self.all.iter().filter(|it| !is_own(it));
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
        let seen = AllSeen::open(&[path.clone(), path, "/no such file".into()]);
        assert_eq!(seen.iter().count(), 1);
        let own = seen.named("libx.so").next().unwrap();
        assert!(own.says("iconv_open"));
        assert!(!own.says("iconv"));
        assert!(!own.says("setlocale"));
        assert!(seen.caller(&["iconv_open"]).is_some());
        assert!(seen.named("liby.so").next().is_none());
    }
}
