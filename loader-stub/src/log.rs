//! Messages on stderr, and the end if one of them is the last.

use core::ffi::CStr;
use core::mem::MaybeUninit;

use loader_stub::errno;
use loader_stub::layout::LayoutError;
use loader_stub::plan::{LOADER_FILE, LoaderPath, Origin};
use loader_stub::texts;

use crate::sys::{self, Errno};

/// How much is said, as in `NIX_LD_LOG`. Nothing has the level `Trace` yet; nix-ld's users may set it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
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

    /// Says something, put together from pieces, on a line of its own. Control characters, which could end the
    /// line or change how a terminal shows it, appear as `?`: paths may have been made by somebody else.
    pub(crate) fn say(self, level: Level, pieces: &[&[u8]]) {
        if !self.says(level) {
            return;
        }
        let mut line = Line::new();
        line.add(b"nix-ld: ");
        for piece in pieces {
            line.add(piece);
        }
        line.end();
    }
}

/// A line that is being put together. A short one is written at once, so that the lines of several processes
/// do not mix.
struct Line {
    bytes: [MaybeUninit<u8>; Line::ROOM],
    length: usize,
}

impl Line {
    const ROOM: usize = 512;

    const fn new() -> Self {
        Self {
            bytes: [MaybeUninit::uninit(); Self::ROOM],
            length: 0,
        }
    }

    fn add(&mut self, piece: &[u8]) {
        for &byte in piece {
            self.push(if byte.is_ascii_control() { b'?' } else { byte });
        }
    }

    fn end(&mut self) {
        self.push(b'\n');
        self.write();
    }

    fn push(&mut self, byte: u8) {
        if self.length == Self::ROOM {
            self.write();
        }
        if let Some(place) = self.bytes.get_mut(self.length) {
            place.write(byte);
            self.length += 1;
        }
    }

    fn write(&mut self) {
        // SAFETY: `push` has filled as many bytes as `length` says.
        let bytes = unsafe { core::slice::from_raw_parts(self.bytes.as_ptr().cast(), self.length) };
        sys::write(libc::STDERR_FILENO, &[bytes]);
        self.length = 0;
    }
}

/// Why a loader cannot be used.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reason {
    /// The system says so.
    System(Errno),
    /// Its file does.
    Layout(LayoutError),
    /// Something else, in words.
    Other(&'static str),
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
            Self::Other(text) => text.as_bytes(),
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
the stub's baked configuration"
);

/// What a user can do about a loader that cannot be used, likewise.
const NEXT_STEPS: &str = "\
set it to the loader of a glibc, or unset it
set it to the loader of a glibc, or unset it
build that again, or set NIX_LD to the loader of a glibc
enable programs.nix-ld, or set NIX_LD to the loader of a glibc
configure the stub again, or set NIX_LD to the loader of a glibc";

/// Where a loader's path comes from, in words.
pub(crate) fn loader_origin(origin: Origin) -> &'static [u8] {
    texts::line(ORIGINS, origin as usize)
}

/// What a user can do about a loader that cannot be used.
pub(crate) fn next_step(origin: Origin) -> &'static [u8] {
    texts::line(NEXT_STEPS, origin as usize)
}
