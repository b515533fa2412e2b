//! Files that no Linux program with glibc can use, whatever is installed: for whom they are instead.
//!
//! A loader tells little of that: it looks for `libc.so` as for any library. What tells is what a file says of itself: the
//! machine and the system in its header, notes, the loader that it names, and the C library that it needs.

use std::fmt;

use goblin::elf::header::{EI_OSABI, ET_CORE, ET_REL};
use goblin::elf::program_header::PT_LOAD;
use goblin::elf::section_header::{SHF_ALLOC, SHT_NOBITS, SHT_NOTE};

use super::{
    Architecture, DependencyKind, Dynamic, Identity, Image, identify_header, named_sections, notes,
};

/// For whom a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Elsewhere {
    /// For another machine.
    Machine(Identity),
    /// For a processor of graphics cards.
    Gpu,
    /// For another system than Linux, or a part of it that is no process: this one.
    System(&'static str),
    /// For another C library: this one.
    CLibrary(&'static str),
    /// For a linker.
    Linker,
    /// For debuggers: debugging information only.
    Debugger,
    /// A process that has ended.
    CoreDump,
}

/// The C library whose programs the stub starts, too.
pub const MUSL: Elsewhere = Elsewhere::CLibrary("musl");

/// Machines that are processors of graphics cards: `EM_CUDA`, `EM_AMDGPU`, and Intel's `EM_INTELGT`.
const GPUS: [u16; 3] = [190, 224, 205];
/// `EM_BPF`: programs for the kernel.
const BPF: u16 = 247;

/// Values of `EI_OSABI` (System V ABI, "ELF Identification") of systems that are still about.
const SYSTEMS: [(u8, &str); 8] = [
    (1, "HP-UX"),
    (2, "NetBSD"),
    (4, "the Hurd"),
    (6, "Solaris"),
    (7, "AIX"),
    (9, "FreeBSD"),
    (12, "OpenBSD"),
    (17, "CloudABI"),
];

/// Owners of notes that say for which system a file is.
const OWNERS: [(&[u8], Elsewhere); 7] = [
    (b"Android", Elsewhere::System("Android")),
    (b"OHOS", Elsewhere::System("OpenHarmony")),
    (b"FreeBSD", Elsewhere::System("FreeBSD")),
    (b"NetBSD", Elsewhere::System("NetBSD")),
    (b"OpenBSD", Elsewhere::System("OpenBSD")),
    (b"DragonFly", Elsewhere::System("DragonFly BSD")),
    (b"Xen", Elsewhere::System("Xen")),
];

/// `NT_GNU_ABI_TAG`, whose first word is the system: `elf/elf.h` of glibc, "ELF_NOTE_OS".
const ABI_TAG: u32 = 1;
const TAGS: [&str; 5] = ["Linux", "the Hurd", "Solaris", "FreeBSD", "NetBSD"];

/// Parts of the paths of loaders.
const LOADERS: [(&str, Elsewhere); 9] = [
    ("/ld-musl-", MUSL),
    ("/ld-uClibc", Elsewhere::CLibrary("uClibc")),
    ("/system/bin/linker", Elsewhere::System("Android")),
    ("/libexec/ld-elf.so", Elsewhere::System("FreeBSD")),
    ("/libexec/ld.elf_so", Elsewhere::System("NetBSD")),
    ("/libexec/ld.so", Elsewhere::System("OpenBSD")),
    ("/ld.so.1", Elsewhere::System("Solaris")),
    ("/system/runtime_loader", Elsewhere::System("Haiku")),
    ("/ld-x86-64.so.1", Elsewhere::System("the Hurd")),
];

/// C libraries by the names under which they are needed.
const C_LIBRARIES: [(&str, Elsewhere); 9] = [
    // Of other distributions than Alpine; what Android calls its own by this name, a note tells.
    ("libc.so", MUSL),
    ("libc.so.0", Elsewhere::CLibrary("uClibc")),
    ("libc.so.1", Elsewhere::CLibrary("uClibc")),
    ("libc.so.5", Elsewhere::CLibrary("libc 5")),
    ("libc.so.7", Elsewhere::System("FreeBSD")),
    ("libc.so.8", Elsewhere::System("DragonFly BSD")),
    ("libc.so.12", Elsewhere::System("NetBSD")),
    ("libc.so.0.3", Elsewhere::System("the Hurd")),
    ("libroot.so", Elsewhere::System("Haiku")),
];

/// How glibc's own are called, and libraries that only Android has.
const GLIBC: &str = "libc.so.6";
const OF_ANDROID: [&str; 2] = ["liblog.so", "libandroid.so"];

/// For whom the file is that `bytes` are; `None` if it is a program or library for Linux and glibc, or none at all.
#[must_use]
pub fn elsewhere(bytes: &[u8]) -> Option<Elsewhere> {
    let identity = identify_header(bytes).ok()?;
    match (identity.machine, identity.elf_type) {
        (machine, _) if GPUS.contains(&machine) => return Some(Elsewhere::Gpu),
        (BPF, _) => return Some(Elsewhere::System("the kernel")),
        (_, ET_REL) => return Some(Elsewhere::Linker),
        (_, ET_CORE) => return Some(Elsewhere::CoreDump),
        _ if Architecture::of(&identity).is_none() => return Some(Elsewhere::Machine(identity)),
        _ => {}
    }
    let image = Image::parse(bytes).ok()?;
    if is_for_debuggers(&image) {
        return Some(Elsewhere::Debugger);
    }
    let dynamic = Dynamic::of(&image).unwrap_or_default();
    by_loader(&image)
        .unwrap_or_else(|| by_header(&image).or_else(|| by_notes(&image)))
        .or_else(|| by_c_library(&dynamic))
}

/// What the loader tells that the file names. `Some(None)`: it is Linux', and so nothing else counts.
fn by_loader(image: &Image<'_>) -> Option<Option<Elsewhere>> {
    let path = image.interpreter()?;
    let path = path.to_string_lossy();
    let known = LOADERS.iter().find(|(part, _)| path.contains(part));
    match known {
        Some(&(_, it)) => Some(Some(it)),
        None => path.contains("/ld-linux").then_some(None),
    }
}

fn by_header(image: &Image<'_>) -> Option<Elsewhere> {
    let abi = image.bytes[EI_OSABI];
    let known = SYSTEMS.iter().find(|it| it.0 == abi);
    known.map(|&(_, name)| Elsewhere::System(name))
}

fn by_notes(image: &Image<'_>) -> Option<Elsewhere> {
    notes(image).find_map(|note| {
        if note.owner == b"GNU" && note.kind == ABI_TAG {
            let system = note.description.first().copied().unwrap_or(0);
            let name = TAGS.get(usize::from(system)).filter(|_| system != 0);
            return name.map(|it| Elsewhere::System(it));
        }
        let known = OWNERS.iter().find(|it| it.0 == note.owner);
        known.map(|it| it.1)
    })
}

/// What the C library tells that the file needs.
fn by_c_library(dynamic: &Dynamic) -> Option<Elsewhere> {
    let needed = dynamic.dependencies.iter();
    let needed = needed.filter(|it| it.kind == DependencyKind::Needed);
    let names: Vec<_> = needed.filter_map(|it| it.name.to_str()).collect();
    if names.contains(&GLIBC) {
        return None;
    }
    if names.iter().any(|it| OF_ANDROID.contains(it)) {
        return Some(Elsewhere::System("Android"));
    }
    names.iter().find_map(|name| {
        let is_musl = is_of_musl(name);
        let known = C_LIBRARIES.iter().find(|it| it.0 == *name).map(|it| it.1);
        // libc.so.100.3
        let is_openbsd = || {
            let version = name.strip_prefix("libc.so.")?.split_once('.')?;
            let is_number = |text: &str| text.bytes().all(|it| it.is_ascii_digit());
            (is_number(version.0) && is_number(version.1)).then_some(Elsewhere::System("OpenBSD"))
        };
        is_musl.then_some(MUSL).or(known).or_else(is_openbsd)
    })
}

/// Whether a library of this name is musl, as Alpine calls it, or musl's loader.
#[must_use]
pub fn is_of_musl(name: &str) -> bool {
    name.starts_with("libc.musl-") || name.starts_with("ld-musl-")
}

/// Whether nothing of the file would be mapped: `objcopy --only-keep-debug` leaves headers of what was there.
fn is_for_debuggers(image: &Image<'_>) -> bool {
    let mut loads = image.segments.iter().filter(|it| it.kind == PT_LOAD);
    let sections = named_sections(image.bytes, image.identity.class);
    if loads.clone().next().is_none() {
        return sections.iter().any(|it| it.name.starts_with(b".debug_"));
    }
    let mut mapped = sections.iter().filter(|it| {
        it.flags & u64::from(SHF_ALLOC) != 0 && it.kind != SHT_NOTE && it.place.size > 0
    });
    let has_nothing = mapped.clone().next().is_some() && mapped.all(|it| it.kind == SHT_NOBITS);
    has_nothing || loads.all(|it| it.file_size == 0)
}

/// Writes it as a group of files is called.
impl fmt::Display for Elsewhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Machine(identity) => match Architecture::of(identity) {
                Some(architecture) => architecture.fmt(f),
                None => identity.fmt(f),
            },
            Self::Gpu => f.write_str("GPUs"),
            Self::System(name) | Self::CLibrary(name) => f.write_str(name),
            Self::Linker => f.write_str("linkers (object files)"),
            Self::Debugger => f.write_str("debuggers (debugging information only)"),
            Self::CoreDump => f.write_str("debuggers (core dumps)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elf::Dependency;

    fn of(needed: &[&str]) -> Option<Elsewhere> {
        let dependency = |name: &&str| Dependency {
            kind: DependencyKind::Needed,
            name: name.into(),
        };
        by_c_library(&Dynamic {
            dependencies: needed.iter().map(dependency).collect(),
            ..Dynamic::default()
        })
    }

    #[test]
    fn the_c_library_that_is_needed_tells_for_whom_a_file_is() {
        assert_eq!(of(&["libstdc++.so.6", "libc.musl-x86_64.so.1"]), Some(MUSL));
        assert_eq!(of(&["libc.so"]), Some(MUSL));
        let system = |name| Some(Elsewhere::System(name));
        assert_eq!(of(&["liblog.so", "libc.so"]), system("Android"));
        assert_eq!(of(&["libthr.so.3", "libc.so.7"]), system("FreeBSD"));
        assert_eq!(of(&["libc.so.96.1"]), system("OpenBSD"));
        for glibc in [
            &["libc.so.6"][..],
            &["libc.so", "libc.so.6"],
            &["libm.so.6"],
            &[],
        ] {
            assert_eq!(of(glibc), None, "{glibc:?}");
        }
    }

    #[test]
    fn a_program_of_this_host_is_for_this_host() {
        let bytes = std::fs::read("/bin/sh").unwrap();
        assert_eq!(elsewhere(&bytes), None);
        assert_eq!(elsewhere(&bytes[..20]), None);
        // The kernel does not look at it, and neither does what is said of a program that names Linux' loader.
        let mut other = bytes.clone();
        other[EI_OSABI] = 9;
        assert_eq!(elsewhere(&other), None);
        other[18..20].copy_from_slice(&224_u16.to_le_bytes());
        assert_eq!(elsewhere(&other), Some(Elsewhere::Gpu));
    }
}
