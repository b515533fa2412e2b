//! Commit and jump: the first writes that the real loader and the program see, and the last that is done.

use loader_stub::block::StackCopy;
use loader_stub::library_path::LibraryPath;
use loader_stub::path_buffer::PathBuffer;
use loader_stub::placement::Placement;
use loader_stub::plan::{self, Inputs, Mechanism, Plan};
use loader_stub::stack::{InitialStack, at};
use loader_stub::texts;

use crate::image::Image;
use crate::log::{Level, Log};
use crate::{acquire, arch, handover, sys};

/// The directories that the loader is to search before its cache, in two parts; `None` if it gets no library path.
/// The loader that was found may not be as planned, and `extra_paths` may not be there.
pub(crate) fn library_path<'a>(
    plan: &Plan<'a>,
    extra_paths: &'a [u8],
    image: &Image,
    inputs: &Inputs<'_>,
    log: Log,
) -> Option<[&'a [u8]; 2]> {
    let libraries = plan.libraries.as_ref()?;
    let mechanism = match libraries.mechanism {
        Mechanism::Cache if image.cache_redirected => Mechanism::Cache,
        _ if inputs.secure => Mechanism::Unreachable,
        _ => Mechanism::Environment,
    };
    if log.says(Level::Info) {
        let how = texts::line(MECHANISMS, mechanism as usize);
        log.say(
            Level::Info,
            &[b"libraries from ", libraries.path, b" by ", how],
        );
    }
    let extra_paths = plan::usable_extra_paths(inputs, extra_paths, |dir, file| {
        PathBuffer::new()
            .join(dir, file)
            .is_some_and(sys::is_readable)
    });
    if !extra_paths.is_empty() {
        log.say(
            Level::Info,
            &[
                b"and before that from ",
                extra_paths,
                b" by the loader's environment",
            ],
        );
    }
    match mechanism {
        Mechanism::Environment => Some([extra_paths, libraries.path]),
        Mechanism::Cache if !extra_paths.is_empty() => Some([extra_paths, b""]),
        _ => None,
    }
}

/// The ways in which a loader gets to know of the libraries: a line for each [`Mechanism`], in its order.
const MECHANISMS: &str = "\
the loader's cache
the loader's environment
no way: the program is privileged, and its loader takes no library path";

/// Tells the loader where it is and what to load, and jumps into it.
///
/// # Safety
/// `image` is mapped, `stack` this process's.
pub(crate) unsafe fn commit(
    stack: &mut InitialStack<'_>,
    image: &Image,
    inputs: &Inputs<'_>,
    library_path: Option<[&[u8]; 2]>,
    is_direct: bool,
) -> ! {
    if is_direct {
        // A loader that finds itself to be the program loads what its arguments name.
        stack.set_aux(at::PHDR, image.program_headers.unwrap_or(0));
        stack.set_aux(at::PHNUM, image.program_header_count);
        stack.set_aux(at::ENTRY, image.entry);
    } else {
        stack.set_aux(at::BASE, image.base);
    }
    if let Some(libraries) = library_path {
        let (placement, user) =
            Placement::choose(stack, inputs.settings.user, inputs.c_library, is_direct);
        let path = LibraryPath {
            user: user.to_bytes(),
            libraries,
            c_library: inputs.c_library,
        };
        let copy = StackCopy::new(stack, placement, path);
        // SAFETY: the loader at this entry point is mapped.
        unsafe { handover::with_copy(&copy, image.entry) };
        acquire::fail_in_words(
            stack,
            b"its environment has too many entries for its stack: raise `ulimit -s`, or make them fewer",
        );
    }
    // SAFETY: the stack is an initial stack, and the loader's entry point expects one.
    unsafe { arch::jump(stack.pointer, image.entry) }
}
