//! Acquire: asking for files, and mapping the first loader that can be used.

use core::ffi::CStr;
use core::mem::MaybeUninit;

use loader_stub::c_library::CLibrary;
use loader_stub::cache_path::{self, NOTE_SIZE};
use loader_stub::layout::{Layout, LayoutError};
use loader_stub::path_buffer::PathBuffer;
use loader_stub::plan::{self, LoaderCandidate, LoaderPath, Mechanism, Plan};
use loader_stub::stack::{InitialStack, at};
use loader_stub::texts::{self, HexBuffer};

use crate::cache_note::Cache;
use crate::image::{self, Head, Image, Redirection};
use crate::log::{self, Level, Log, Reason};
use crate::sys::{self, File};

/// Whether a file can be read, as the plan asks. That a library environment has a cache is supposed here, and looked at by
/// [`loader`] unless it need not be.
pub(crate) fn is_readable(dir: &[u8], file: &str) -> bool {
    file == cache_path::FILE
        || PathBuffer::new()
            .join(dir, file)
            .is_some_and(sys::is_readable)
}

/// Maps the first loader that can be used, or says why none can and ends.
pub(crate) fn loader(
    plan: &Plan<'_>,
    cache: &mut Cache<'_>,
    stack: &InitialStack<'_>,
    c_library: CLibrary,
    log: Log,
) -> Image {
    let page_size = stack.page_size();
    let is_direct = stack.aux(at::BASE) == 0;
    let mut failure = None;
    for candidate in plan.loaders.iter().flatten() {
        match try_candidate(candidate, plan, cache, page_size) {
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
    cache: &mut Cache<'_>,
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
    let redirection = match dir {
        Some(dir) if layout.prepared().is_none() && cache.is_in(dir) => Some(Redirection {
            dir,
            place: cache.note.map(|note| note.place),
        }),
        _ => None,
    };
    let image = image::map(&file, &layout, page_size, redirection);
    let image = image.map(|mut image| {
        if layout.prepared().is_some() {
            image.cache_redirected = takes_cache(
                &file,
                &layout,
                page_size,
                &image,
                candidate.path,
                dir,
                cache,
            );
        }
        image
    });
    file.close();
    Ok(image?)
}

/// Whether a prepared loader opens the cache in `dir`. If it was prepared for another library environment, it is told of this
/// one; if the libraries get to it in another way, it is told of none.
fn takes_cache(
    file: &File,
    layout: &Layout<'_>,
    page_size: usize,
    image: &Image,
    path: LoaderPath<'_>,
    dir: Option<&[u8]>,
    cache: &mut Cache<'_>,
) -> bool {
    if let Some(dir) = dir {
        if image::is_prepared_for(layout, image, dir)
            || is_at_own_place(file, layout, image, path, dir)
        {
            return true;
        }
        if cache.is_in(dir)
            && image::change_prepared(file, layout, page_size, image.base, Some(dir))
        {
            return true;
        }
    }
    image::change_prepared(file, layout, page_size, image.base, None);
    false
}

/// Whether a prepared loader, opened by `path`, is the one of the library environment `dir`, and lies where it was prepared
/// for: then `dir` is another path of the same, such as /run/current-system/sw/share/nix-ld/lib. The kernel knows by which
/// path a file was opened when all links were followed.
#[inline(never)]
fn is_at_own_place(
    file: &File,
    layout: &Layout<'_>,
    image: &Image,
    path: LoaderPath<'_>,
    dir: &[u8],
) -> bool {
    let of_dir = match path {
        LoaderPath::Inside(directory) => directory == dir,
        LoaderPath::File(path) => {
            let directory = path.to_bytes().strip_suffix(plan::LOADER_FILE.as_bytes());
            directory == Some(dir)
        }
    };
    if !of_dir {
        return false;
    }
    let mut buffer = [const { MaybeUninit::<u8>::uninit() }; NOTE_SIZE];
    let own = image::prepared_path(layout, image);
    let own = own.and_then(|own| own.strip_suffix(cache_path::FILE.as_bytes()));
    let opened = file.path(&mut buffer);
    let opened = opened.and_then(|opened| opened.strip_suffix(plan::LOADER_FILE.as_bytes()));
    own.is_some() && own == opened
}

#[cold]
#[inline(never)]
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
#[cold]
#[inline(never)]
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
#[cold]
#[inline(never)]
pub(crate) fn fail_in_words(stack: &InitialStack<'_>, why: &[u8]) -> ! {
    fail_because(stack, &[why])
}

/// Says why the program cannot be run, and ends.
#[cold]
#[inline(never)]
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

#[cold]
#[inline(never)]
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
