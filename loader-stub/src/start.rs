//! What the stub does, in order: decide, acquire, commit, jump.
//!
//! Everything that can fail is done before the first write that the program could see.

use core::ffi::CStr;
use core::mem::MaybeUninit;
use core::slice;

use loader_stub::baked::{self, Baked};
use loader_stub::c_library::CLibrary;
use loader_stub::cache_path::CacheNote;
use loader_stub::env::{self, Settings};
use loader_stub::path_buffer::PathBuffer;
use loader_stub::plan::{self, Inputs, Libraries, Origin};
use loader_stub::stack::{InitialStack, at};

use crate::cache_note::{Cache, NoteBuffer};
use crate::log::Log;
use crate::program::Program;
use crate::{acquire, commit, help, pins, relocate};

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
        on_demand: None,
        tool: None,
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

    // The kernel gives a loader the address at which it has put it, and a program none.
    let is_direct = stack.aux(at::BASE) == 0;
    let program = if is_direct {
        None
    } else {
        Program::find(&stack)
    };
    let c_library = match program {
        Some(program) => program.c_library,
        // A stub that was started directly is told by its own path.
        None if is_direct => CLibrary::of_loader(stack.program().map_or(b"", CStr::to_bytes)),
        None => CLibrary::Glibc,
    };
    let mut settings = Settings::default();
    env::scan_into(&mut settings, stack.envp, c_library);
    let mut inputs = Inputs {
        c_library,
        settings: &settings,
        secure: stack.is_secure(),
        baked: baked(c_library),
        pin: None,
    };
    let log = Log::new(if inputs.secure {
        None
    } else {
        inputs.settings.log
    });
    if let Some(name) = stack.missing_entry() {
        acquire::fail_without_entry(&stack, name);
    }
    let mut place = PathBuffer::new();
    if let Some(identity) = program.and_then(|program| program.identity) {
        inputs.pin = pins::find(&stack, &inputs, identity, &mut place, log);
    }
    let plan = plan::decide(&inputs, acquire::is_readable);
    let mut buffer: NoteBuffer = [const { MaybeUninit::uninit() }; _];
    let is_baked = |libraries: Libraries<'_>| libraries.origin == Origin::Baked;
    let mut cache = if plan.libraries.is_some_and(is_baked) {
        let text = inputs.baked.cache_place;
        Cache::baked(text.and_then(|text| CacheNote::parse(text.to_bytes())))
    } else {
        Cache::not_asked(&mut buffer)
    };
    if is_direct && stack.argv.len() < 2 {
        help::print(&plan, stack.page_size());
    }
    let image = acquire::loader(&plan, &mut cache, &stack, c_library, log);
    let extra_paths = cache.note.map_or(&b""[..], |note| note.extra_paths);
    let path = commit::library_path(&plan, extra_paths, &image, &inputs, log);
    // SAFETY: the image was mapped for this process, which is done with everything else.
    unsafe { commit::commit(&mut stack, &image, &inputs, path, is_direct) }
}

/// What is baked in for programs of `c_library`. It is read as if it could change, for the tool has changed it in
/// the file after the compiler saw it.
fn baked(c_library: CLibrary) -> Baked<'static> {
    // SAFETY: it is a static of this size.
    let section =
        unsafe { slice::from_raw_parts(core::hint::black_box(BAKED.as_ptr()), BAKED.len()) };
    Baked::parse(section, c_library).unwrap_or_default()
}
