//! Debuggers: telling them of the real loader, and of the libraries that it loads.
//!
//! A debugger learns of libraries by a breakpoint in `_dl_debug_state`, a function that does nothing, which
//! loaders call whenever their list of libraries changes. It looks for it in the file that the program names
//! as its loader, and puts the breakpoint in before the first instruction is executed: into the stub, which
//! the real loader never calls. (gdb/solib-svr4.c, `enable_break`.) And the list has the real loader under the
//! stub's name: a debugger would take the stub's symbols for the real loader's, and step into nowhere.
//!
//! So the stub has such a function. If its code is not what it was, a debugger is there; then, and only then,
//! the real loader's function is made to go on at [`list_changed`], which sets the name right and goes on at
//! the stub's function.

use core::ptr;
use core::slice;

use goblin::elf::sym::{STT_FUNC, STT_OBJECT};
use libc::{PROT_EXEC, PROT_READ, PROT_WRITE};
use loader_stub::layout::Layout;
use loader_stub::symbols;

use crate::arch::tools;
use crate::overwrite::{Mapped, overwrite};
use crate::sys::{self, File};

/// Memory of the stub that stays, for the debugger's sake: a page that has what [`list_changed`] needs.
#[repr(C)]
struct Page {
    /// The real loader's `_r_debug`; null if it has none, or the name is unknown.
    debug: *const Debug,
    /// Where the real loader is.
    base: usize,
    /// Code that goes on at [`list_changed`] with the address of this.
    code: tools::Call,
    /// The real loader's path, with a NUL.
    path: [u8; PATH_SIZE],
}

const PATH_SIZE: usize = 3072;

/// The beginning of `struct r_debug` (glibc's elf/link.h).
#[repr(C)]
struct Debug {
    version: i32,
    map: *mut LinkMap,
}

/// The beginning of `struct link_map` (likewise).
#[repr(C)]
struct LinkMap {
    address: usize,
    name: *const u8,
    dynamic: usize,
    next: *mut LinkMap,
}

/// Makes the real loader at `base`, of which nobody knows yet, tell of its libraries, if a debugger is there. If
/// that cannot be done, the debugger learns of them when the program stops.
pub(crate) fn introduce(file: &File, layout: &Layout<'_>, page_size: usize, base: usize) {
    if tools::is_watched() {
        let _ = divert(file, layout, page_size, base);
    }
}

#[cold]
#[inline(never)]
fn divert(file: &File, layout: &Layout<'_>, page_size: usize, base: usize) -> Option<()> {
    let bytes = |address| {
        let (range, _) = layout.rest_of_segment(address)?;
        let start = ptr::with_exposed_provenance::<u8>(base.wrapping_add(range.start));
        // SAFETY: the file fills these addresses of a mapped segment that can be read. Nobody writes to them
        // while the slice is in use.
        Some(unsafe { slice::from_raw_parts(start, range.len()) })
    };
    let dynamic = layout.dynamic()?;
    let function = symbols::find(b"_dl_debug_state", STT_FUNC, dynamic.clone(), bytes)?;
    let debug = symbols::find(b"_r_debug", STT_OBJECT, dynamic, bytes);
    let debug = debug.map_or(0, |address| base.wrapping_add(address));
    let page = write_page(file, ptr::with_exposed_provenance(debug), base)?;

    let (_, segment) = layout.rest_of_segment(function)?;
    let place = base.wrapping_add(function);
    let code = page.wrapping_add(core::mem::offset_of!(Page, code));
    let jump = tools::near_jump(bytes(function)?, place, code)?;
    let loader = Mapped {
        file,
        base,
        page_size,
    };
    // SAFETY: there are as many bytes as there are in the jump. (To copy them as slices would bring a message along for the
    // case that there are not.)
    let write = |code: &mut [u8]| unsafe {
        ptr::copy_nonoverlapping(jump.as_ptr(), code.as_mut_ptr(), jump.len());
    };
    // SAFETY: the pages are those of a segment of the real loader, which nobody executes yet. The code that is
    // replaced does nothing, and is all in the segment.
    unsafe { overwrite(loader, &segment, function, jump.len(), write) }.then_some(())
}

/// Makes a [`Page`] and returns its address.
fn write_page(file: &File, debug: *const Debug, base: usize) -> Option<usize> {
    // SAFETY: the kernel chooses the address.
    let address =
        unsafe { sys::map(None, size_of::<Page>(), PROT_READ | PROT_WRITE, None) }.ok()?;
    let page = ptr::with_exposed_provenance_mut::<Page>(address);
    // SAFETY: the memory is new, as large as a page, and zero, which all fields that are not written may be.
    unsafe {
        let path = slice::from_raw_parts_mut((&raw mut (*page).path).cast(), PATH_SIZE - 1);
        let named = file
            .path(path)
            .is_some_and(|path| path.len() < PATH_SIZE - 1);
        (*page).debug = if named { debug } else { ptr::null() };
        (*page).base = base;
        (*page).code = tools::long_call(list_changed as unsafe extern "C" fn(_) as usize, address);
        sys::protect(address, size_of::<Page>(), PROT_READ | PROT_EXEC).ok()?;
    }
    Some(address)
}

/// What the real loader calls as its `_dl_debug_state`.
///
/// # Safety
/// The page is one that [`write_page`] has made for the loader that calls.
unsafe extern "C" fn list_changed(page: *const Page) {
    // SAFETY: the list is the loader's, which has completed it before it calls, and nobody else changes it now.
    // At the first call nothing of it is write-protected yet; after it the name is right.
    unsafe {
        let page = &*page;
        let name = (&raw const page.path).cast::<u8>();
        let mut map = if page.debug.is_null() {
            ptr::null_mut()
        } else {
            (*page.debug).map
        };
        while !map.is_null() {
            if (*map).address == page.base && (*map).name != name {
                (*map).name = name;
            }
            map = (*map).next;
        }
        tools::debug_state();
    }
}
