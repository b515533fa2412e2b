//! What stands first in a bundle that unpacks itself: it unpacks the bundle into the user's cache folder, once, and becomes one of
//! its programs.
//!
//! The program gets arguments, environment and everything else as they are. On all starts but the first, all that is done is in
//! `find_own` (three system calls), `Place::find` and `complete::is_complete` (one for each folder of the bundle).

#![no_std]
#![no_main]
#![allow(
    unsafe_code,
    reason = "there is no library below this: memory, system calls and the first instruction are its own"
)]

extern crate alloc;

use alloc::format;
use alloc::vec::Vec;
use core::ffi::CStr;

use loader_stub::stack::{InitialStack, at};
use run_head::footer::{self, Footer};
use run_head::index::{Record, records};

use failure::{Failure, fail};
use flags::Asked;
use place::Place;

mod arch;
mod complete;
mod failure;
mod flags;
#[path = "../../loader-stub/src/mem.rs"]
#[allow(dead_code, reason = "the stub clears pages, this program does not")]
mod mem;
mod memory;
mod path;
mod place;
mod sys;
mod unpack;

/// What this file is.
struct Own {
    payload: &'static [u8],
    index: &'static [u8],
    key: [u8; 16],
}

/// The first function. `_start` calls it, once, with the initial stack of this process.
unsafe extern "C" fn start(stack: *mut usize) -> ! {
    // SAFETY: the stack is the kernel's, and nobody else looks at it.
    let stack = unsafe { InitialStack::from_pointer(stack) };
    if stack.is_secure() {
        fail(&Failure::new(
            "it does not run with rights that its caller does not have (setuid, file capabilities): \
            it would start programs from a folder that the caller chooses",
        ));
    }
    match run(&stack) {
        Ok(status) => sys::exit(status),
        Err(failure) => fail(&failure),
    }
}

/// Returns only if there was something else to do than to start a program.
fn run(stack: &InitialStack) -> Result<i32, Failure> {
    let own = find_own(stack)?;
    let asked = flags::read(stack, &own)?;
    let name = match asked {
        Asked::Help => {
            _ = sys::print(&flags::help(&own));
            return Ok(0);
        }
        Asked::Extract(folder) => {
            unpack::extract(&own, folder)?;
            return Ok(0);
        }
        Asked::Remove => {
            Place::find(stack, &own)?.remove()?;
            return Ok(0);
        }
        Asked::Program { name, .. } => name,
    };
    let place = Place::find(stack, &own)?;
    if !complete::is_complete(&place.bundle, &own) {
        place.fill(&own)?;
    }
    Err(become_program(stack, &place, name, &asked))
}

/// Reads this file: the kernel's name of it, or where there is no /proc the path that it was executed by.
fn find_own(stack: &InitialStack) -> Result<Own, Failure> {
    let opened = sys::File::open(c"/proc/self/exe").or_else(|error| {
        let path = stack.aux(at::EXECFN);
        if path == 0 {
            return Err(error);
        }
        // SAFETY: the kernel has put a NUL-terminated string there.
        sys::File::open(unsafe { CStr::from_ptr(core::ptr::with_exposed_provenance(path)) })
    });
    let what = "cannot read its own file";
    let file = opened.map_err(|error| Failure::of(what, error))?;
    let size = file.size().map_err(|error| Failure::of(what, error))?;
    let bytes = file
        .map(size.max(1))
        .map_err(|error| Failure::of(what, error))?;
    let footer = bytes.last_chunk::<{ footer::SIZE }>();
    let footer = footer.and_then(|it| Footer::parse(it, size as u64));
    let footer = footer.ok_or_else(|| {
        Failure::new(
            "this file is not whole: its end is missing, or something was added to it. Get it anew",
        )
    })?;
    let (payload, index) = (footer.payload as usize, footer.index as usize);
    Ok(Own {
        payload: &bytes[payload..index],
        index: &bytes[index..size - footer::SIZE],
        key: footer.key,
    })
}

/// Executes a program of the bundle. Returns why that cannot be done.
fn become_program(stack: &InitialStack, place: &Place, name: &[u8], asked: &Asked) -> Failure {
    let program = path::join(&place.bundle, &[b"bin/", name].concat());
    let mut arguments: Vec<usize> = stack.argv.iter().map(|it| it.address()).collect();
    if let Asked::Program {
        skipped: skipped @ 1..,
        ..
    } = asked
    {
        arguments.drain(1..1 + skipped);
    }
    arguments.push(0);
    let environment = stack.envp.as_ptr().expose_provenance();
    let arguments = arguments.as_ptr().expose_provenance();
    // SAFETY: both lists are those of the initial stack, and end with NULL.
    let error = unsafe { sys::execute(&program, arguments, environment) };
    if error == sys::Errno(libc::EACCES) && sys::is_noexec(&program) {
        return Failure::new(&format!(
            "the file system of {} lets no program be started (it is mounted noexec): set XDG_CACHE_HOME to a folder \
             where programs may be started, or unpack it there by --bundle-extract FOLDER",
            path::shown(&place.bundle)
        ));
    }
    Failure::of(&format!("cannot start {}", path::shown(&program)), error)
}

/// The names of the programs; the first is the one that is meant.
fn programs(own: &Own) -> impl Iterator<Item = &'static [u8]> {
    records(own.index).filter_map(|it| match it {
        Record::Program(name) => Some(name),
        _ => None,
    })
}

/// Damaged data has led to something that the code took for impossible.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    fail(&Failure::new("this file is damaged: get it anew"))
}

/// Named by the unwind tables of the precompiled libraries. Never called: a panic ends the process.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

/// The same.
#[unsafe(no_mangle)]
extern "C" fn _Unwind_Resume() -> ! {
    sys::exit(failure::STATUS)
}
