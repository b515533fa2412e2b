//! What the stub does, in order: decide, acquire, commit, jump.
//!
//! Everything that can fail is done before the first write that the program could see.

use core::ffi::{CStr, c_void};
use core::mem::MaybeUninit;
use core::slice;

use loader_stub::baked::{self, Baked};
use loader_stub::block::{LibraryPath, Placement, StackCopy};
use loader_stub::cache_path::{self, Place};
use loader_stub::elf::Header;
use loader_stub::path_buffer::PathBuffer;
use loader_stub::plan::{self, Inputs, Libraries, LoaderCandidate, Mechanism, Plan};
use loader_stub::stack::{InitialStack, at};
use loader_stub::{direct, env, texts};

use crate::image::{self, Cache, Head, Image};
use crate::log::{self, Level, Log, Reason};
use crate::{arch, help, relocate, sys};

/// The baked configuration, at first with what was named when the stub was built. The tool writes over it
/// in the stub's file.
#[used]
#[unsafe(link_section = ".nix_ld.baked")]
static BAKED: [u8; baked::SIZE] = {
    let named = concat!(env!("DEFAULT_NIX_LD"), "\0");
    let loader = match CStr::from_bytes_with_nul(named.as_bytes()) {
        Ok(path) if !path.is_empty() => Some(path),
        _ => None,
    };
    match (Baked {
        loader,
        library_dir: None,
        cache_place: None,
    })
    .encode()
    {
        Some(section) => section,
        None => panic!("DEFAULT_NIX_LD is too long"),
    }
};

/// The stub's first function. `_start` calls it.
///
/// # Safety
/// `stack` is the initial stack of this process, `base` where the stub is loaded, `dynamic` its dynamic
/// section. It is called once.
pub(crate) unsafe extern "C" fn start(stack: *mut usize, dynamic: *const usize, base: usize) -> ! {
    // SAFETY: the caller's arguments are what `relocate` asks for, and nothing was relocated yet.
    unsafe { relocate::relocate(base, dynamic) };
    // SAFETY: the stack is the kernel's, and nobody else looks at it before the jump.
    let mut stack = unsafe { InitialStack::from_pointer(stack) };
    // SAFETY: the stub's segments begin with its ELF header, which the kernel has read there.
    let own = unsafe { &*core::ptr::with_exposed_provenance::<Header>(base) };

    let inputs = Inputs {
        settings: env::scan(stack.envp),
        secure: stack.aux(at::SECURE) != 0,
        // SAFETY: it is a static. It is read as if it could change, for the tool has changed it in the file
        // after the compiler saw it.
        baked: Baked::parse(unsafe {
            slice::from_raw_parts(core::hint::black_box(BAKED.as_ptr()), BAKED.len())
        })
        .unwrap_or_default(),
    };
    let log = Log::new(if inputs.secure {
        None
    } else {
        inputs.settings.log
    });
    let mut place = inputs
        .baked
        .cache_place
        .and_then(|text| Place::parse(text.to_bytes()));
    let plan = plan::decide(&inputs, |dir, file| is_readable(dir, file, &mut place));
    let is_direct = stack.aux(at::BASE) == 0;
    if is_direct && stack.argv.len() < 2 {
        help::print(&plan, page_size(&stack), own);
    }
    let image = acquire(&plan, place, &stack, own, log);
    let mechanism = mechanism(&plan, &image, &inputs);
    if let Some(libraries) = &plan.libraries
        && log.says(Level::Info)
    {
        log.say(
            Level::Info,
            &[
                b"libraries from ",
                libraries.path,
                b" by ",
                texts::line(MECHANISMS, mechanism as usize),
            ],
        );
    }
    // SAFETY: the image was mapped for this process, which is done with everything else.
    unsafe { commit(&mut stack, &image, &plan, &inputs, mechanism, is_direct) }
}

/// Whether a file can be read. If it is a library environment's cache, this also learns its `place`: where
/// there is one, there is a cache, and one question answers two.
fn is_readable(dir: &[u8], file: &str, place: &mut Option<Place>) -> bool {
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
fn acquire(
    plan: &Plan<'_>,
    place: Option<Place>,
    stack: &InitialStack<'_>,
    own: &Header,
    log: Log,
) -> Image {
    let page_size = page_size(stack);
    let mut failure = None;
    for candidate in plan.loaders.iter().flatten() {
        match try_candidate(candidate, plan, place, page_size, own) {
            Ok(image) => {
                if log.says(Level::Info) {
                    log_candidate(log, candidate, b"this is the loader");
                }
                return image;
            }
            Err(reason) => {
                log_candidate(log, candidate, reason.as_bytes());
                failure.get_or_insert((candidate, reason));
            }
        }
    }
    // There is always a candidate: the default's.
    if let Some((candidate, reason)) = failure {
        fail(stack, candidate, reason);
    }
    sys::exit(sys::EXIT_CANNOT_RUN)
}

fn try_candidate(
    candidate: &LoaderCandidate<'_>,
    plan: &Plan<'_>,
    place: Option<Place>,
    page_size: usize,
    own: &Header,
) -> Result<Image, Reason> {
    let mut head = Head::new();
    let (file, layout) = image::open(candidate.path, &mut head, page_size, own)?;
    let by_cache = plan
        .libraries
        .as_ref()
        .filter(|libraries| libraries.mechanism == Mechanism::Cache);
    let dir = by_cache.and_then(|libraries| plan::single_directory(libraries.path));
    let image = image::map(
        &file,
        &layout,
        page_size,
        dir.map(|dir| Cache { dir, place }),
    );
    file.close();
    Ok(image?)
}

/// How the libraries get to the loader that was found.
fn mechanism(plan: &Plan<'_>, image: &Image, inputs: &Inputs<'_>) -> Mechanism {
    match &plan.libraries {
        None => Mechanism::Unreachable,
        Some(Libraries {
            mechanism: Mechanism::Cache,
            ..
        }) if image.cache_redirected => Mechanism::Cache,
        Some(Libraries {
            mechanism: Mechanism::Unreachable,
            ..
        }) => Mechanism::Unreachable,
        Some(_) if inputs.secure => Mechanism::Unreachable,
        Some(_) => Mechanism::Environment,
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
unsafe fn commit(
    stack: &mut InitialStack<'_>,
    image: &Image,
    plan: &Plan<'_>,
    inputs: &Inputs<'_>,
    mechanism: Mechanism,
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
    if let (Mechanism::Environment, Some(libraries)) = (mechanism, &plan.libraries) {
        let (placement, user) = placement(stack, inputs, is_direct);
        let path = LibraryPath {
            user: user.to_bytes(),
            libraries: libraries.path,
        };
        let handover = Handover {
            copy: StackCopy::new(stack, placement, path),
            entry: image.entry,
        };
        let size = handover.copy.words() * size_of::<usize>();
        // SAFETY: `hand_over` is given what it casts its argument to.
        unsafe { arch::on_lower_stack(size, core::ptr::from_ref(&handover).cast(), hand_over) }
    }
    // SAFETY: the stack is an initial stack, and the loader's entry point expects one.
    unsafe { arch::jump(stack.pointer, image.entry) }
}

/// Where the library path goes, and what the user says there already.
fn placement<'a>(
    stack: &InitialStack<'a>,
    inputs: &Inputs<'a>,
    is_direct: bool,
) -> (Placement, &'a CStr) {
    let user = inputs.settings.user;
    let value = user.map_or(c"", |user| user.value);
    if is_direct {
        match direct::library_path_argument(stack.argv) {
            Some(index) => (
                Placement::ReplaceArgument(index),
                stack.argv.get(index).map_or(c"", |value| value.to_c_str()),
            ),
            None => (Placement::InsertArgument, value),
        }
    } else {
        (
            user.map_or(Placement::AppendVariable, |user| {
                Placement::ReplaceVariable(user.index)
            }),
            value,
        )
    }
}

/// What [`hand_over`] works on.
struct Handover<'a> {
    copy: StackCopy<'a>,
    entry: usize,
}

/// Writes the loader's copy of the initial stack into `memory`, and jumps.
///
/// # Safety
/// `argument` is a [`Handover`] of which the copy fits into `memory`.
unsafe extern "C" fn hand_over(memory: *mut usize, argument: *const c_void) -> ! {
    // SAFETY: see above.
    let handover = unsafe { &*argument.cast::<Handover<'_>>() };
    // SAFETY: see above; the memory is the caller's to give, and lies below its frame.
    let words = unsafe {
        slice::from_raw_parts_mut(memory.cast::<MaybeUninit<usize>>(), handover.copy.words())
    };
    let trampoline = arch::trampoline as unsafe extern "C" fn() -> ! as usize;
    // There is room for as many words as the copy has said that it takes.
    let _ = handover.copy.write(words, trampoline);
    // SAFETY: the copy is an initial stack, and the loader's entry point expects one.
    unsafe { arch::jump(memory, handover.entry) }
}

/// The page size, in bytes.
pub(crate) fn page_size(stack: &InitialStack<'_>) -> usize {
    let size = stack.aux(at::PAGESZ);
    if size.is_power_of_two() { size } else { 4096 }
}

fn log_candidate(log: Log, candidate: &LoaderCandidate<'_>, what: &[u8]) {
    let [path, file] = log::path_pieces(candidate.path);
    log.say(
        Level::Info,
        &[
            b"loader ",
            path,
            file,
            b" (from ",
            log::loader_origin(candidate.origin),
            b"): ",
            what,
        ],
    );
}

fn fail(stack: &InitialStack<'_>, candidate: &LoaderCandidate<'_>, reason: Reason) -> ! {
    let program = stack.program().map_or(&b"the program"[..], CStr::to_bytes);
    let [path, file] = log::path_pieces(candidate.path);
    let origin = log::loader_origin(candidate.origin);
    let next = log::next_step(candidate.origin);
    let pieces = [
        b"cannot run ",
        program,
        b": loader ",
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
    Log::new(None).say(Level::Error, &pieces);
    sys::exit(sys::EXIT_CANNOT_RUN)
}
