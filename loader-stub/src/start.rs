//! What the stub does, in order: decide, acquire, commit, jump.
//!
//! Everything that can fail is done before the first write that the program could see.

use core::ffi::CStr;
use core::slice;

use loader_stub::baked::{self, Baked};
use loader_stub::c_library::{self, CLibrary};
use loader_stub::cache_path::Place;
use loader_stub::elf::ProgramHeader;
use loader_stub::env;
use loader_stub::plan::{self, Inputs};
use loader_stub::stack::{InitialStack, at};

use crate::log::Log;
use crate::{acquire, commit, help, relocate};

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

    // The kernel gives a loader the address at which it has put it, and a program none.
    let is_direct = stack.aux(at::BASE) == 0;
    let c_library = c_library(&stack, is_direct);
    let inputs = Inputs {
        c_library,
        settings: env::scan(stack.envp, c_library),
        secure: stack.is_secure(),
        baked: baked(c_library),
    };
    let log = Log::new(if inputs.secure {
        None
    } else {
        inputs.settings.log
    });
    if let Some(name) = stack.missing_entry() {
        acquire::fail_without_entry(&stack, name);
    }
    let mut place = inputs
        .baked
        .cache_place
        .and_then(|text| Place::parse(text.to_bytes()));
    let plan = plan::decide(&inputs, |dir, file| {
        acquire::is_readable(dir, file, &mut place)
    });
    if is_direct && stack.argv.len() < 2 {
        help::print(&plan, stack.page_size());
    }
    let image = acquire::loader(&plan, place, &stack, c_library, log);
    let mechanism = commit::mechanism(&plan, &image, &inputs, log);
    // SAFETY: the image was mapped for this process, which is done with everything else.
    unsafe { commit::commit(&mut stack, &image, &plan, &inputs, mechanism, is_direct) }
}

/// For which C library the program is: what tells is the path of the loader that it names, which is the path at
/// which the kernel found the stub. A stub that was started directly is told by its own path.
fn c_library(stack: &InitialStack<'_>, is_direct: bool) -> CLibrary {
    if is_direct {
        let path = stack.program().map_or(&b""[..], CStr::to_bytes);
        return CLibrary::of_loader(path);
    }
    let (mut address, mut count) = (0, 0);
    for entry in stack.auxv.iter() {
        match entry.kind {
            at::PHDR => address = entry.value,
            // It comes after AT_PHDR: create_elf_tables in the kernel's fs/binfmt_elf.c.
            at::PHNUM => {
                count = entry.value;
                break;
            }
            _ => {}
        }
    }
    let headers = core::ptr::with_exposed_provenance::<ProgramHeader>(address);
    if headers.is_null() || !headers.is_aligned() {
        return CLibrary::Glibc;
    }
    // SAFETY: the kernel says in AT_PHDR and AT_PHNUM where it has loaded the program's headers, and how many
    // there are. Nobody writes to them.
    let headers = unsafe { slice::from_raw_parts(headers, count) };
    let Some(path) = c_library::interpreter(headers, headers.as_ptr().addr()) else {
        return CLibrary::Glibc;
    };
    let start = core::ptr::with_exposed_provenance::<u8>(path.start);
    // SAFETY: the path lies in a segment that the kernel has loaded, and nobody writes to it.
    CLibrary::of_loader(unsafe { slice::from_raw_parts(start, path.len()) })
}

/// What is baked in for programs of `c_library`. It is read as if it could change, for the tool has changed it in
/// the file after the compiler saw it.
fn baked(c_library: CLibrary) -> Baked<'static> {
    // SAFETY: it is a static of this size.
    let section =
        unsafe { slice::from_raw_parts(core::hint::black_box(BAKED.as_ptr()), BAKED.len()) };
    Baked::parse(section, c_library).unwrap_or_default()
}
