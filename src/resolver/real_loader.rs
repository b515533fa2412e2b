//! What a real loader has built in: where it searches when nobody tells it.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use goblin::elf::program_header::PT_GNU_STACK;
use loader_stub::cache_path;

use super::machine::Machine;
use super::mapped::map_file;
use crate::elf::{Architecture, Dynamic, Image};

/// The folders of `glibc-hwcaps` for x86-64, best first: `_dl_hwcaps_subdirs` in glibc's
/// `sysdeps/x86_64/dl-hwcaps-subdirs.c`.
const X86_64_HWCAPS: [&str; 3] = ["x86-64-v4", "x86-64-v3", "x86-64-v2"];

/// The first version of glibc without the folders `tls`, `x86_64`, `haswell` and the like.
const WITHOUT_LEGACY_HWCAPS: (u32, u32) = (2, 37);

/// A loader of glibc, read from its file.
#[derive(Debug, Clone)]
pub struct RealLoader {
    /// The file.
    pub path: PathBuf,
    /// For which programs it is.
    pub architecture: &'static Architecture,
    /// The version of its glibc, if it says so: it does since 2.33.
    pub version: Option<(u32, u32)>,
    /// The directories that it searches last, each with a slash at its end.
    pub system_dirs: Vec<Vec<u8>>,
    /// What `$LIB` stands for.
    pub lib: OsString,
    /// The path of its cache.
    pub cache_path: Option<PathBuf>,
    /// Whether that is the cache of a library environment which the loader is prepared for.
    pub is_prepared: bool,
    /// The path of the list of libraries that it loads into every program.
    pub preload_file: Option<PathBuf>,
    /// What `$PLATFORM` stands for, where it has a meaning.
    pub platform: Option<OsString>,
    /// The folders of `glibc-hwcaps` that it uses, best first.
    pub hwcaps: Vec<OsString>,
    /// The ISA level of the processor, counted from 0.
    pub isa_level: u32,
    /// Where it looks in each directory, in order, with a slash at the end; last is the directory
    /// itself, which is empty here.
    pub subfolders: Vec<Vec<u8>>,
    /// Its soname, by which libraries ask for it.
    pub soname: Option<OsString>,
    /// The versions that it offers.
    pub versions_offered: Option<Vec<OsString>>,
}

impl RealLoader {
    /// Reads the loader at `path`, to be run on `machine`.
    ///
    /// # Errors
    /// It cannot be read, or is no loader of glibc.
    pub fn read(path: &Path, machine: impl FnOnce(&Architecture) -> Machine) -> Result<Self> {
        let context = || format!("cannot read the loader {}", path.display());
        let bytes = map_file(path).with_context(context)?;
        let image = Image::parse(&bytes).with_context(context)?;
        let architecture = Architecture::of(&image.identity)
            .with_context(|| format!("{}: it is for {}", context(), image.identity))?;
        let constants = image.constants();
        let system_dirs = system_dirs(&constants);
        ensure!(
            !system_dirs.is_empty(),
            "{}: it is no loader of glibc, for it has no list of directories",
            context()
        );
        let dynamic = Dynamic::of(&image).unwrap_or_default();
        let machine = machine(architecture);
        let version = version(&constants);
        let hwcaps = hwcaps(&constants, machine.isa_level);
        Ok(Self {
            path: path.to_owned(),
            architecture,
            version,
            lib: lib(&constants, &system_dirs[0]),
            system_dirs,
            cache_path: cache_path(&constants),
            is_prepared: (image.segment(PT_GNU_STACK)).is_some_and(|it| it.file_size > 0),
            preload_file: preload_file(&constants),
            subfolders: subfolders(&hwcaps, version, &machine),
            hwcaps: hwcaps.into_iter().map(OsString::from).collect(),
            platform: machine.platform,
            isa_level: machine.isa_level,
            soname: dynamic.soname,
            versions_offered: dynamic.versions_offered,
        })
    }
}

/// `system_dirs` in `elf/dl-load.c`: the first texts that begin and end with a slash, one behind
/// the other.
fn system_dirs(constants: &[&[u8]]) -> Vec<Vec<u8>> {
    let is_directory = |text: &&[u8]| {
        text.len() > 1
            && text.starts_with(b"/")
            && text.ends_with(b"/")
            && text.iter().all(u8::is_ascii_graphic)
    };
    let lists = constants.iter().filter_map(|bytes| {
        let mut texts = bytes.split(|&byte| byte == 0);
        let first = texts.find(is_directory)?;
        let others = texts.take_while(is_directory);
        Some([first].into_iter().chain(others).map(<[u8]>::to_vec))
    });
    lists.flatten().collect()
}

/// `DL_DST_LIB`: the last part of the first system directory, or as much of its end as is there as
/// a text of its own: Debian's is `lib/x86_64-linux-gnu`.
fn lib(constants: &[&[u8]], first: &[u8]) -> OsString {
    let path = first.strip_suffix(b"/").unwrap_or(first);
    let after = |at: usize| &path[at + 1..];
    let mut ends = memchr::memchr_iter(b'/', path).map(after);
    let is_text = |end: &&[u8]| {
        let whole = [b"\0", *end, b"\0"].concat();
        let mut found = constants.iter().map(|it| memchr::memmem::find(it, &whole));
        found.any(|it| it.is_some())
    };
    let last = memchr::memrchr(b'/', path).map_or(path, after);
    OsString::from_vec(ends.find(is_text).unwrap_or(last).to_vec())
}

/// The built-in path of the cache, found as the stub finds it.
fn cache_path(constants: &[&[u8]]) -> Option<PathBuf> {
    constants.iter().find_map(|bytes| {
        let place = cache_path::find(bytes, 0)?;
        let path = bytes.get(place.address..)?.get(..place.length)?;
        Some(Path::new(OsStr::from_bytes(path)).to_owned())
    })
}

/// The only text that ends so: `/etc/ld.so.preload`, and `/etc/ld-nix.so.preload` in nixpkgs.
fn preload_file(constants: &[&[u8]]) -> Option<PathBuf> {
    constants.iter().find_map(|bytes| {
        let ending = b".so.preload\0";
        let at = memchr::memmem::find(bytes, ending)?;
        let begin = memchr::memrchr(0, &bytes[..at])? + 1;
        let path = &bytes[begin..at + ending.len() - 1];
        path.starts_with(b"/")
            .then(|| OsStr::from_bytes(path).into())
    })
}

/// From "ld.so (...) stable release version 2.36."
fn version(constants: &[&[u8]]) -> Option<(u32, u32)> {
    constants.iter().find_map(|bytes| version_in(bytes))
}

/// The version in the banner of a glibc's loader or `libc.so.6`.
pub fn version_in(bytes: &[u8]) -> Option<(u32, u32)> {
    let marker = b" release version ";
    let at = memchr::memmem::find(bytes, marker)? + marker.len();
    let text = &bytes[at..];
    let is_part = |byte: &&u8| **byte == b'.' || byte.is_ascii_digit();
    let end = text.iter().take_while(is_part).count();
    let text = std::str::from_utf8(&text[..end]).ok()?;
    let (major, minor) = text.split_once('.')?;
    let minor = minor.split('.').next()?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

fn hwcaps(constants: &[&[u8]], isa_level: u32) -> Vec<&'static str> {
    let list = X86_64_HWCAPS.join(":");
    let has_list = |it: &&[u8]| memchr::memmem::find(it, list.as_bytes()).is_some();
    let known = X86_64_HWCAPS.len();
    let active = (isa_level as usize).min(known);
    if constants.iter().any(has_list) {
        X86_64_HWCAPS[known - active..].to_vec()
    } else {
        Vec::new()
    }
}

/// `_dl_important_hwcaps` in `elf/dl-hwcaps.c`.
fn subfolders(hwcaps: &[&str], version: Option<(u32, u32)>, machine: &Machine) -> Vec<Vec<u8>> {
    let named = hwcaps.iter();
    let mut all: Vec<_> = named
        .map(|name| format!("glibc-hwcaps/{name}/").into_bytes())
        .collect();
    if version.is_some_and(|version| version >= WITHOUT_LEGACY_HWCAPS) {
        all.push(Vec::new());
        return all;
    }
    // Every subset of these, as a path of folders; the last is the outermost and counts most.
    let capabilities = machine.legacy_hwcaps.iter().map(OsStr::new);
    let mut parts: Vec<&OsStr> = capabilities.collect();
    parts.extend(machine.platform.as_deref());
    parts.push(OsStr::new("tls"));
    for subset in (0..1 << parts.len()).rev() {
        let chosen = (0..parts.len()).rev().filter(|bit| subset >> bit & 1 == 1);
        let path = chosen.flat_map(|bit| [parts[bit].as_bytes(), b"/"]);
        all.push(path.collect::<Vec<_>>().concat());
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_directories_is_taken_whole_and_once() {
        let bytes = b"\0/usr\0x/\0/lib/a/\0/lib/\0other\0/lib/\0";
        let found = system_dirs(&[b"nothing", bytes]);
        assert_eq!(found, [b"/lib/a/".to_vec(), b"/lib/".to_vec()]);
        assert!(system_dirs(&[b"/\0//x\0"]).is_empty());
    }

    #[test]
    fn lib_is_the_longest_end_that_is_a_text_of_its_own() {
        let debian: &[&[u8]] = &[b"x\0lib/x86_64-linux-gnu\0"];
        assert_eq!(
            lib(debian, b"/lib/x86_64-linux-gnu/"),
            "lib/x86_64-linux-gnu"
        );
        assert_eq!(lib(&[b"\0"], b"/lib64/"), "lib64");
        assert_eq!(lib(&[b"\0"], b"/nix/store/abc-glibc-2.40/lib/"), "lib");
    }

    #[test]
    fn the_version_is_in_the_banner() {
        let banner = b"ld.so (Debian GLIBC 2.36-9) stable release version 2.36.\n";
        assert_eq!(version_in(banner), Some((2, 36)));
        assert_eq!(
            version_in(b"development release version 2.42.9000."),
            Some((2, 42))
        );
        assert_eq!(version_in(b" release version "), None);
    }

    #[test]
    fn folders_for_capabilities_are_subsets_until_glibc_2_36() {
        let machine = Machine {
            isa_level: 1,
            platform: Some("p".into()),
            legacy_hwcaps: vec!["c"],
        };
        let texts = |version| {
            let all = subfolders(&["x86-64-v2"], Some(version), &machine);
            let texts = all.into_iter().map(|it| String::from_utf8(it).unwrap());
            texts.collect::<Vec<_>>()
        };
        assert_eq!(texts((2, 37)), ["glibc-hwcaps/x86-64-v2/", ""]);
        let old = [
            "tls/p/c/", "tls/p/", "tls/c/", "tls/", "p/c/", "p/", "c/", "",
        ];
        assert_eq!(texts((2, 36))[1..], old);
    }
}
