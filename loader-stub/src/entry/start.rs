//! What the entry does, in order: find the bundle, map its loader, change what is to be changed, jump.
//!
//! Everything that can fail is done before the first write that the program could see.

use core::slice;

use loader_stub::entry_records::{EMPTY_HEADER, HEADER_SIZE, Header, Records, Role, Tag};
use loader_stub::path_buffer::LongPathBuffer;
use loader_stub::plan::LoaderPath;
use loader_stub::stack::{InitialStack, at};

use crate::failure::fail;
use crate::finish::{self, Finish};
use crate::image::{self, Head, Image};
use crate::log::Reason;
use crate::place::Place;
use crate::relocate;
use crate::sys::Errno;

/// The header, which the tool fills in. The linker puts it where it has to be.
#[used]
#[unsafe(link_section = ".nix_ld.baked")]
static HEADER: [u8; HEADER_SIZE] = EMPTY_HEADER;

/// What to do about a bundle that is damaged or not whole.
const AGAIN: &[u8] = b" (the bundle is not whole: unpack it again)";

/// The entry's first function. `_start` calls it.
///
/// # Safety
/// `stack` is the initial stack of this process, `base` where the entry's image is, `dynamic` its dynamic section. It is
/// called once.
pub(crate) unsafe extern "C" fn start(stack: *mut usize, dynamic: *const usize, base: usize) -> ! {
    // SAFETY: the caller's arguments are what `relocate` asks for, and nothing was relocated yet.
    unsafe { relocate::relocate(base, dynamic) };
    // SAFETY: the stack is the kernel's, and nobody else looks at it before the jump.
    let mut stack = unsafe { InitialStack::from_pointer(stack) };
    if let Some(name) = stack.missing_entry() {
        fail(
            &stack,
            b"its auxiliary vector has no ",
            name,
            b": have the kernel start it",
        );
    }
    let Some(header) = header() else {
        fail(
            &stack,
            b"it is the entry of bundled programs, and part of none: see `ldshim bundle --help`",
            b"",
            b"",
        );
    };
    // SAFETY: the tool has put that many bytes there, in the segment of the image.
    let records = Records(unsafe {
        slice::from_raw_parts(at_offset(base, header.records), header.records_size)
    });
    if stack.is_secure() {
        fail(
            &stack,
            b"it would have rights that its caller does not have (setuid, setgid or file capabilities), ",
            b"which a bundle, that anybody may have put there, does not get",
            b": take them away with `chmod -s` and `setcap -r`",
        );
    }
    let up = records.first(Tag::Up).unwrap_or_default();
    let (mut by_process, mut by_path) = (Place::new(), Place::new());
    let found = by_process.by_process(up);
    let has_proc = found.is_some();
    let bundle = match found {
        Some(bundle) => bundle,
        None => by_path.by_path(&stack, up).unwrap_or_else(|errno| {
            fail(
                &stack,
                b"there is no /proc, and the program's file is not found from where it is: ",
                Reason::System(errno).as_bytes(),
                b" (start it by its whole path)",
            )
        }),
    };
    let mut finish = Finish {
        role: header.role,
        records,
        bundle,
        entry: 0,
        needs_libraries: !has_proc,
    };
    if header.role == Role::Execute {
        finish::execute(&stack, &finish);
    }
    let image = loader(&stack, bundle, records);
    finish.entry = image.entry;
    if header.role == Role::Direct {
        // Where it has none, the loader ends with a message of its own.
        stack.set_aux(at::PHDR, image.program_headers.unwrap_or(0));
        stack.set_aux(at::PHNUM, image.program_header_count);
        stack.set_aux(at::ENTRY, image.entry);
    } else {
        stack.set_aux(at::BASE, image.base);
        stack.set_aux(at::PHDR, base.wrapping_add(header.table));
        stack.set_aux(at::PHNUM, header.table_count);
        stack.set_aux(at::ENTRY, base.wrapping_add(header.program_entry as usize));
    }
    // SAFETY: the loader was mapped for this process, which is done with everything else.
    unsafe { finish::finish(&stack, &finish) }
}

/// Maps the bundle's loader.
fn loader(stack: &InitialStack<'_>, bundle: &[u8], records: Records<'_>) -> Image {
    let name = records.first(Tag::Loader).unwrap_or_default();
    let mut path = LongPathBuffer::new();
    let Some(path) = path.concat(&[bundle, b"/", name]) else {
        fail(stack, b"the path of its bundle is too long: ", bundle, b"");
    };
    let mut head = Head::new();
    let page_size = stack.page_size();
    let opened = image::open(LoaderPath::File(path), &mut head, page_size);
    let mapped = opened.and_then(|(file, layout)| {
        let image = image::map(&file, &layout, page_size, None);
        file.close();
        image.map_err(Reason::from)
    });
    match mapped {
        Ok(image) => image,
        Err(Reason::System(Errno(libc::ENOENT))) => fail(
            stack,
            b"its bundle is not where it was: there is no ",
            path.to_bytes(),
            b" (move the whole folder, or make a link to the program)",
        ),
        Err(reason) => {
            let mut text = LongPathBuffer::new();
            let text = text.concat(&[path.to_bytes(), b": "]).unwrap_or_default();
            fail(stack, text.to_bytes(), reason.as_bytes(), AGAIN)
        }
    }
}

/// What the tool has filled in. It is read as if it could change, for the tool has changed it after the compiler saw it.
fn header() -> Option<Header> {
    // SAFETY: it is a static of this size.
    let bytes =
        unsafe { slice::from_raw_parts(core::hint::black_box(HEADER.as_ptr()), HEADER_SIZE) };
    Header::parse(bytes)
}

fn at_offset(base: usize, offset: usize) -> *const u8 {
    core::ptr::with_exposed_provenance(base.wrapping_add(offset))
}
