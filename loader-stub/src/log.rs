//! Messages on stderr, and the end if one of them is the last.

use core::ffi::CStr;

use loader_stub::c_library::CLibrary;
use loader_stub::errno;
use loader_stub::layout::LayoutError;
use loader_stub::plan::{LOADER_FILE, LoaderPath, Origin};
use loader_stub::texts;

use crate::sys::{self, Errno};

/// How much is said, as in `NIX_LD_LOG`. Why a program cannot be run is said in any case. Nothing has the level `Trace` yet; nix-ld's users may set it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Off,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

/// Says what is at least as important as its level.
#[derive(Clone, Copy)]
pub(crate) struct Log(Level);

impl Log {
    /// A log as `NIX_LD_LOG` asks for.
    pub(crate) fn new(setting: Option<&CStr>) -> Self {
        let Some(setting) = setting else {
            return Self(Level::Warn);
        };
        let is = |name: &[u8]| setting.to_bytes().eq_ignore_ascii_case(name);
        match () {
            () if is(b"off") => Self(Level::Off),
            () if is(b"error") => Self(Level::Error),
            () if is(b"warn") => Self(Level::Warn),
            () if is(b"info") => Self(Level::Info),
            () if is(b"debug") => Self(Level::Debug),
            () if is(b"trace") => Self(Level::Trace),
            () => {
                let log = Self(Level::Warn);
                log.say(
                    Level::Warn,
                    &[
                        b"NIX_LD_LOG is ",
                        setting.to_bytes(),
                        b": not one of error, warn, info, debug, trace",
                    ],
                );
                log
            }
        }
    }

    /// Whether something so important is said at all.
    pub(crate) fn says(self, level: Level) -> bool {
        level <= self.0
    }

    /// Says something, put together from pieces, on a line of its own.
    #[cold]
    #[inline(never)]
    pub(crate) fn say(self, level: Level, pieces: &[&[u8]]) {
        if !self.says(level) {
            return;
        }
        let [before, after] = [[crate::NAME], [&b"\n"[..]]];
        let whole = before
            .into_iter()
            .chain(pieces.iter().map(|piece| cut(piece)));
        let mut line: [&[u8]; 16] = [b""; 16];
        for (place, piece) in line.iter_mut().zip(whole.chain(after)) {
            *place = piece;
        }
        sys::write(libc::STDERR_FILENO, &line);
    }
}

/// A piece of a message up to where it would break the line, or fill the screen: names come from anybody.
fn cut(piece: &[u8]) -> &[u8] {
    let breaks = |&byte: &u8| byte < b' ' || byte == 0x7f;
    let end = piece.iter().position(breaks).unwrap_or(piece.len());
    piece.get(..end.min(LONGEST_PIECE)).unwrap_or_default()
}

/// How much of a piece is printed, in bytes: PATH_MAX.
const LONGEST_PIECE: usize = 4096;

/// Why a loader cannot be used.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reason {
    /// The system says so.
    System(Errno),
    /// Its file does.
    Layout(LayoutError),
}

impl From<Errno> for Reason {
    fn from(errno: Errno) -> Self {
        Self::System(errno)
    }
}

impl From<LayoutError> for Reason {
    fn from(error: LayoutError) -> Self {
        Self::Layout(error)
    }
}

impl Reason {
    /// The reason in words.
    pub(crate) fn as_bytes(self) -> &'static [u8] {
        match self {
            Self::System(Errno(errno)) => {
                errno::describe(errno).unwrap_or(b"the system gave an unusual error")
            }
            Self::Layout(error) => error.as_bytes(),
        }
    }
}

/// The two parts of a loader's path.
pub(crate) fn path_pieces<'a>(path: LoaderPath<'a>) -> [&'a [u8]; 2] {
    match path {
        LoaderPath::File(path) => [path.to_bytes().trim_ascii_end(), b""],
        LoaderPath::Inside(dir) => [dir, LOADER_FILE.as_bytes()],
    }
}

/// Where a loader's path comes from, in words: a line for each [`Origin`], in its order.
const ORIGINS: &str = concat!(
    "NIX_LD_",
    env!("NIX_SYSTEM"),
    "
NIX_LD
the library environment in use
the system's default
the stub's baked configuration
the program's pin"
);

/// What a user can do about a loader that cannot be used, likewise.
const NEXT_STEPS: &str = "\
set it to the loader of a glibc, or unset it
set it to the loader of a glibc, or unset it
build that again, or set NIX_LD to the loader of a glibc
enable programs.nix-ld, or set NIX_LD to the loader of a glibc
configure the stub again, or set NIX_LD to the loader of a glibc
run `ldshim pin` again";

/// [`ORIGINS`] for programs of musl.
const MUSL_ORIGINS: &str = concat!(
    "NIX_LD_MUSL_",
    env!("NIX_SYSTEM"),
    "
NIX_LD_MUSL
the library environment in use
the system's default
the stub's baked configuration"
);

/// [`NEXT_STEPS`] for programs of musl.
const MUSL_NEXT_STEPS: &str = "\
set it to the loader of a musl, or unset it
set it to the loader of a musl, or unset it
build that again, or set NIX_LD_MUSL to the loader of a musl
set NIX_LD_MUSL to the loader of a musl
configure the stub again, or set NIX_LD_MUSL to the loader of a musl";

/// Where a loader's path comes from, in words.
pub(crate) fn loader_origin(origin: Origin, c_library: CLibrary) -> &'static [u8] {
    let texts = match c_library {
        CLibrary::Glibc => ORIGINS,
        CLibrary::Musl => MUSL_ORIGINS,
    };
    texts::line(texts, origin as usize)
}

/// What a user can do about a loader that cannot be used.
pub(crate) fn next_step(origin: Origin, c_library: CLibrary) -> &'static [u8] {
    let texts = match c_library {
        CLibrary::Glibc => NEXT_STEPS,
        CLibrary::Musl => MUSL_NEXT_STEPS,
    };
    texts::line(texts, origin as usize)
}
