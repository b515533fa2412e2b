//! The end of the entry: the changed copy of the initial stack, if there is something to change, and the jump.

use core::ffi::c_void;
use core::mem::MaybeUninit;
use core::{ptr, slice};

use loader_stub::block::StackCopy;
use loader_stub::c_library::CLibrary;
use loader_stub::changed_stack::ChangedStack;
use loader_stub::entry_records::{Records, Role, Tag};
use loader_stub::env::{self, Settings};
use loader_stub::library_path::LibraryPath;
use loader_stub::path_buffer::LongPathBuffer;
use loader_stub::placement::Placement;
use loader_stub::stack::InitialStack;

use crate::failure::fail;
use crate::handover::{self, ByInstruction};
use crate::log::Reason;
use crate::{arch, place, process};

/// What is left to do.
#[derive(Clone, Copy)]
pub(crate) struct Finish<'a> {
    pub(crate) role: Role,
    pub(crate) records: Records<'a>,
    /// The bundle's folder.
    pub(crate) bundle: &'a [u8],
    /// The loader's entry point.
    pub(crate) entry: usize,
    /// Whether the loader has to be told where the libraries are.
    pub(crate) needs_libraries: bool,
}

/// Makes the changes that the records ask for, and jumps into the loader.
///
/// # Safety
/// The loader is mapped, `stack` this process's.
pub(crate) unsafe fn finish(stack: &InitialStack<'_>, finish: &Finish<'_>) -> ! {
    if changes_something(finish.records) {
        with_changes(stack, finish)
    }
    // SAFETY: the caller says so.
    unsafe { jump(stack, finish) }
}

/// Makes the changes, and executes the other program.
pub(crate) fn execute(stack: &InitialStack<'_>, finish: &Finish<'_>) -> ! {
    with_changes(stack, finish)
}

/// Whether there is a record that changes the stack.
fn changes_something(mut records: Records<'_>) -> bool {
    records.any(|record| record.0 >= Tag::Variable as u16)
}

/// What [`with_changed`] works on.
struct Argument<'a> {
    changed: &'a ChangedStack<'a>,
    finish: &'a Finish<'a>,
}

fn with_changes(stack: &InitialStack<'_>, finish: &Finish<'_>) -> ! {
    let changed = ChangedStack::new(stack, finish.records, finish.bundle, place::is_there);
    let argument = Argument {
        changed: &changed,
        finish,
    };
    let size = changed.words() * size_of::<usize>();
    let argument = ptr::from_ref(&argument);
    if !handover::has_room(argument.addr(), size) {
        no_room(stack);
    }
    // SAFETY: the function is given what it casts its argument to.
    unsafe { arch::on_lower_stack(size, argument.cast(), with_changed) }
}

/// Writes the changed copy of the initial stack into `memory`, and goes on with it.
///
/// # Safety
/// `argument` is an [`Argument`] of which the copy fits into `memory`.
unsafe extern "C" fn with_changed(memory: *mut usize, argument: *const c_void) -> ! {
    // SAFETY: see above.
    let Argument { changed, finish } = unsafe { &*argument.cast::<Argument<'_>>() };
    // SAFETY: see above; the memory is the caller's to give, and lies below its frame.
    let words =
        unsafe { slice::from_raw_parts_mut(memory.cast::<MaybeUninit<usize>>(), changed.words()) };
    // There is room for as many words as the copy has said that it takes.
    let _ = changed.write::<ByInstruction>(words);
    // SAFETY: the copy is an initial stack, and nobody else looks at it.
    let stack = unsafe { InitialStack::from_pointer(memory) };
    if finish.role == Role::Execute {
        become_other(&stack, finish)
    }
    // SAFETY: the loader was mapped before.
    unsafe { jump(&stack, finish) }
}

/// Executes the program that the records name.
fn become_other(stack: &InitialStack<'_>, finish: &Finish<'_>) -> ! {
    let name = finish.records.first(Tag::Program).unwrap_or_default();
    let mut path = LongPathBuffer::new();
    let Some(path) = path.concat(&[finish.bundle, b"/", name]) else {
        fail(
            stack,
            b"the path of its bundle is too long: ",
            finish.bundle,
            b"",
        );
    };
    // SAFETY: both lists are an initial stack's.
    let errno =
        unsafe { process::execute(path, stack.argv.as_ptr().cast(), stack.envp.as_ptr().cast()) };
    let mut text = LongPathBuffer::new();
    let text = text
        .concat(&[b"cannot execute ", path.to_bytes(), b": "])
        .unwrap_or_default();
    fail(
        stack,
        text.to_bytes(),
        Reason::System(errno).as_bytes(),
        b"",
    )
}

/// Jumps into the loader. Without /proc it does not learn where the program is, so it is told where the libraries are, and the program does
/// not see it: as in the stub's environment plan.
///
/// # Safety
/// The loader is mapped, `stack` an initial stack of this process.
unsafe fn jump(stack: &InitialStack<'_>, finish: &Finish<'_>) -> ! {
    if finish.needs_libraries && finish.role == Role::Inside {
        let c_library = match finish.records.first(Tag::Musl) {
            Some(_) => CLibrary::Musl,
            None => CLibrary::Glibc,
        };
        let mut settings = Settings::default();
        env::scan_into(&mut settings, stack.envp, c_library);
        let (placement, user) = Placement::choose(stack, settings.user, c_library, false);
        let name = finish.records.first(Tag::Libraries).unwrap_or_default();
        let mut folder = LongPathBuffer::new();
        let folder = folder
            .concat(&[finish.bundle, b"/", name])
            .unwrap_or_default();
        let path = LibraryPath {
            user: user.to_bytes(),
            libraries: [folder.to_bytes(), b""],
            c_library,
        };
        let copy = StackCopy::new(stack, placement, path);
        // SAFETY: the loader at this entry point is mapped.
        unsafe { handover::with_copy(&copy, finish.entry) };
        no_room(stack);
    }
    // SAFETY: the stack is an initial stack, and the loader's entry point expects one.
    unsafe { arch::jump(stack.pointer, finish.entry) }
}

fn no_room(stack: &InitialStack<'_>) -> ! {
    fail(
        stack,
        b"its environment has too many entries for its stack: ",
        b"raise `ulimit -s`, or make them fewer",
        b"",
    )
}
