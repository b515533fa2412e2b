//! Acquire: asking for files, and mapping the first loader that can be used.

use core::ffi::CStr;
use core::mem::MaybeUninit;

use loader_stub::c_library::CLibrary;
use loader_stub::cache_path::{self, Place};
use loader_stub::layout::LayoutError;
use loader_stub::path_buffer::PathBuffer;
use loader_stub::plan::{self, LoaderCandidate, Mechanism, Plan};
use loader_stub::stack::{InitialStack, at};
use loader_stub::texts::{self, HexBuffer};

use crate::image::{self, Cache, Head, Image};
use crate::log::{self, Level, Log, Reason};
use crate::sys;

/// Whether a file can be read. If it is a library environment's cache, this also learns its `place`: where
/// there is one, there is a cache, and one question answers two.
pub(crate) fn is_readable(dir: &[u8], file: &str, place: &mut Option<Place>) -> bool {
    if file == cache_path::FILE {
        let mut target = [const { MaybeUninit::uninit() }; 48];
        let mut path = PathBuffer::new();
        let link = path
            .join(dir, cache_path::PLACE_LINK)
            .and_then(|path| sys::read_link(path, &mut target).ok());
        *place = link.and_then(Place::parse);
        if place.is_some() {
            return true;
        }
    }
    PathBuffer::new()
        .join(dir, file)
        .is_some_and(sys::is_readable)
}

/// Maps the first loader that can be used, or says why none can and ends.
pub(crate) fn loader(
    plan: &Plan<'_>,
    place: Option<Place>,
    stack: &InitialStack<'_>,
    c_library: CLibrary,
    log: Log,
) -> Image {
    let page_size = stack.page_size();
    let is_direct = stack.aux(at::BASE) == 0;
    let mut failure = None;
    for candidate in plan.loaders.iter().flatten() {
        match try_candidate(candidate, plan, place, page_size) {
            Ok(image) if is_direct && image.program_headers.is_none() => {
                // Nobody else could tell such a loader what it is.
                failure.get_or_insert((candidate, LayoutError::ProgramHeaders.into()));
            }
            Ok(image) => {
                if log.says(Level::Info) {
                    log_candidate(log, candidate, c_library, b"this is the loader");
                    let mut base = HexBuffer::default();
                    let base = texts::hexadecimal(image.base, &mut base);
                    log.say(Level::Debug, &[b"the loader is at ", base]);
                }
                return image;
            }
            Err(reason) => {
                log_candidate(log, candidate, c_library, reason.as_bytes());
                failure.get_or_insert((candidate, reason));
            }
        }
    }
    // There is always a candidate: the default's.
    if let Some((candidate, reason)) = failure {
        fail(stack, candidate, c_library, reason);
    }
    sys::exit(sys::EXIT_CANNOT_RUN)
}

fn try_candidate(
    candidate: &LoaderCandidate<'_>,
    plan: &Plan<'_>,
    place: Option<Place>,
    page_size: usize,
) -> Result<Image, Reason> {
    let mut head = Head::new();
    let (file, layout) = image::open(candidate.path, &mut head, page_size)?;
    let by_cache = plan
        .libraries
        .as_ref()
        .filter(|libraries| libraries.mechanism == Mechanism::Cache);
    let dir =
        by_cache.and_then(|libraries| plan::single_directory(libraries.path, CLibrary::Glibc));
    let image = image::map(
        &file,
        &layout,
        page_size,
        dir.map(|dir| Cache { dir, place }),
    );
    file.close();
    Ok(image?)
}

fn log_candidate(log: Log, candidate: &LoaderCandidate<'_>, c_library: CLibrary, what: &[u8]) {
    let [path, file] = log::path_pieces(candidate.path);
    log.say(
        Level::Info,
        &[
            b"loader ",
            path,
            file,
            b" (from ",
            log::loader_origin(candidate.origin, c_library),
            b"): ",
            what,
        ],
    );
}

/// Says that the initial stack has no entry of this name, and ends.
pub(crate) fn fail_without_entry(stack: &InitialStack<'_>, name: &[u8]) -> ! {
    fail_because(
        stack,
        &[
            b"its auxiliary vector has no ",
            name,
            b": have the kernel start it",
        ],
    )
}

/// Says why the program cannot be run, in one piece, and ends. The piece is put into a list here because a
/// list of nothing but constants would be a table of pointers, which has to be relocated.
#[inline(never)]
pub(crate) fn fail_in_words(stack: &InitialStack<'_>, why: &[u8]) -> ! {
    fail_because(stack, &[why])
}

/// Says why the program cannot be run, and ends.
fn fail_because(stack: &InitialStack<'_>, why: &[&[u8]]) -> ! {
    let mut pieces: [&[u8]; 14] = [b""; 14];
    let begin: [&[u8]; 3] = [b"cannot run ", program(stack), b": "];
    for (place, piece) in pieces.iter_mut().zip(begin.iter().chain(why)) {
        *place = piece;
    }
    Log::new(None).say(Level::Error, &pieces);
    sys::exit(sys::EXIT_CANNOT_RUN)
}

fn program<'a>(stack: &InitialStack<'a>) -> &'a [u8] {
    stack.program().map_or(b"the program", CStr::to_bytes)
}

fn fail(
    stack: &InitialStack<'_>,
    candidate: &LoaderCandidate<'_>,
    c_library: CLibrary,
    reason: Reason,
) -> ! {
    let [path, file] = log::path_pieces(candidate.path);
    let origin = log::loader_origin(candidate.origin, c_library);
    let next = log::next_step(candidate.origin, c_library);
    let pieces = [
        b"loader ",
        path,
        file,
        b": ",
        reason.as_bytes(),
        b" (from ",
        origin,
        b": ",
        next,
        b")",
    ];
    fail_because(stack, &pieces)
}
