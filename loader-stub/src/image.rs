//! The real loader: its file opened and checked, then mapped.

use core::mem::MaybeUninit;
use core::ops::Range;
use core::slice;

use libc::{PROT_NONE, PROT_READ, PROT_WRITE};
use loader_stub::cache_path::{self, Place};
use loader_stub::layout::{HEAD_SIZE, Layout, LayoutError};
use loader_stub::path_buffer::PathBuffer;
use loader_stub::plan::{LOADER_FILE, LoaderPath};
use loader_stub::segment::{Segment, align_up};

use crate::arch::tools;
use crate::log::Reason;
use crate::overwrite::{Mapped, overwrite};
use crate::sys::{self, Errno, File};
use crate::{debugger, mem};

/// The beginning of a loader's file. Aligned as an ELF header is, and not cleared before it is read into.
#[repr(C, align(8))]
pub(crate) struct Head([MaybeUninit<u8>; HEAD_SIZE]);

impl Head {
    pub(crate) const fn new() -> Self {
        Self([MaybeUninit::uninit(); HEAD_SIZE])
    }
}

/// A loader in memory.
#[derive(Debug)]
pub(crate) struct Image {
    /// Where its address 0 is.
    pub(crate) base: usize,
    /// Its first instruction.
    pub(crate) entry: usize,
    /// Where its program headers are.
    pub(crate) program_headers: Option<usize>,
    /// How many there are.
    pub(crate) program_header_count: usize,
    /// Whether it will open another cache than its own.
    pub(crate) cache_redirected: bool,
}

/// The cache that a loader is to open in place of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Redirection<'a> {
    /// The directory that has it.
    pub(crate) dir: &'a [u8],
    /// Where that directory's loader has its built-in path. The loader at hand may be another one.
    pub(crate) place: Option<Place>,
}

/// Opens a loader's file and checks that it can be mapped.
pub(crate) fn open<'a>(
    path: LoaderPath<'_>,
    head: &'a mut Head,
    page_size: usize,
) -> Result<(File, Layout<'a>), Reason> {
    let mut buffer = PathBuffer::new();
    let path = match path {
        LoaderPath::File(path) if !path.to_bytes().ends_with(b"\n") => Some(path),
        LoaderPath::File(path) => buffer.join(path.to_bytes().trim_ascii_end(), ""),
        LoaderPath::Inside(dir) => buffer.join(dir, LOADER_FILE),
    };
    let file = File::open(path.ok_or(Errno(libc::ENAMETOOLONG))?)?;
    match check(&file, head, page_size) {
        Ok(layout) => Ok((file, layout)),
        Err(reason) => {
            file.close();
            Err(reason)
        }
    }
}

fn check<'a>(file: &File, head: &'a mut Head, page_size: usize) -> Result<Layout<'a>, Reason> {
    let head = file.read(&mut head.0)?;
    let layout = Layout::parse(head, page_size)?;
    // A page of a mapping that is behind the file's end is there, but kills who touches it.
    if file.size()? < layout.file_size {
        return Err(LayoutError::Segments.into());
    }
    Ok(layout)
}

/// Maps a loader as the kernel would, and redirects it to `cache`, if one is named and the loader's built-in
/// path has room for it. A prepared loader is not redirected so.
pub(crate) fn map(
    file: &File,
    layout: &Layout<'_>,
    page_size: usize,
    cache: Option<Redirection<'_>>,
) -> Result<Image, Errno> {
    // Valgrind takes the mappings that it sees for the segments of the file, and reads the loader's symbols only if
    // each has one of its own, never writable. Without them it reports errors in the loader's functions for strings.
    let one_by_one = tools::is_under_valgrind();
    let cache = cache.filter(|_| !one_by_one);
    let base = map_first(file, layout, page_size, cache.is_some())?;
    let finished = finish(file, layout, page_size, base, cache, one_by_one);
    if finished.is_err() {
        // SAFETY: nobody knows of these pages yet.
        unsafe { sys::unmap(base.wrapping_add(layout.first.start), layout.span()) };
    }
    let cache_redirected = finished?;
    debugger::introduce(file, layout, page_size, base);
    Ok(Image {
        base,
        entry: base.wrapping_add(layout.entry),
        program_headers: layout
            .program_headers
            .map(|address| base.wrapping_add(address)),
        program_header_count: layout.program_header_count(),
        cache_redirected,
    })
}

/// Maps the file over the whole span, beginning as the first segment does. That reserves the addresses, and
/// shows every segment that lies in memory as in the file. Returns where address 0 is.
fn map_first(
    file: &File,
    layout: &Layout<'_>,
    page_size: usize,
    writable: bool,
) -> Result<usize, Errno> {
    let first = &layout.first;
    let protection = if writable {
        PROT_READ | PROT_WRITE
    } else {
        first.protection
    };
    let address = if layout.is_fixed {
        sys::reserve(first.start, layout.span())?;
        Some(first.start)
    } else if layout.alignment > page_size {
        Some(reserve_aligned(layout)?)
    } else {
        None
    };
    // SAFETY: the kernel chooses the address, or has just given it to us.
    let start = unsafe {
        sys::map(
            address,
            layout.span(),
            protection,
            Some((file, first.offset)),
        )?
    };
    Ok(start.wrapping_sub(first.start))
}

/// Reserves addresses so that the first segment is as far from a multiple of the alignment as in the file.
fn reserve_aligned(layout: &Layout<'_>) -> Result<usize, Errno> {
    let no_room = Errno(libc::ENOMEM);
    let length = layout.span().checked_add(layout.alignment).ok_or(no_room)?;
    let in_alignment = layout.first.start & (layout.alignment - 1);
    // SAFETY: the kernel chooses the address.
    let reserved = unsafe { sys::map(None, length, PROT_NONE, None)? };
    let start = align_up(reserved.wrapping_sub(in_alignment), layout.alignment).ok_or(no_room)?
        + in_alignment;
    // SAFETY: both are parts of the reservation that nothing is put into.
    unsafe {
        if start > reserved {
            sys::unmap(reserved, start - reserved);
        }
        let end = start + layout.span();
        if reserved + length > end {
            sys::unmap(end, reserved + length - end);
        }
    }
    Ok(start)
}

/// Does all that is left to do after [`map_first`]: `one_by_one` maps every segment, also one that is shown
/// already. Tells whether the cache was redirected.
fn finish(
    file: &File,
    layout: &Layout<'_>,
    page_size: usize,
    base: usize,
    cache: Option<Redirection<'_>>,
    one_by_one: bool,
) -> Result<bool, Errno> {
    let mut redirected = false;
    if let Some(cache) = cache {
        redirected = redirect(layout, base, cache);
        let first = &layout.first;
        let (start, protection) = (base.wrapping_add(first.start), first.protection);
        // SAFETY: nobody knows of these pages yet.
        unsafe {
            // A system can refuse code in pages that were written to (SELinux's execmod). Then the loader is
            // mapped again as its file has it, without the redirection.
            if sys::protect(start, layout.span(), protection).is_err() {
                let file = Some((file, first.offset));
                sys::map(Some(start), layout.span(), protection, file)?;
                redirected = false;
            }
        }
    }
    for segment in layout.segments() {
        if one_by_one || !layout.is_shown_by_first(&segment) {
            // SAFETY: the segment lies in the reserved span, and overlaps no other one.
            unsafe { map_segment(file, &segment, page_size, base)? };
        }
    }
    Ok(redirected)
}

/// # Safety
/// The segment's pages from `base` on belong to the loader that is being mapped.
unsafe fn map_segment(
    file: &File,
    segment: &Segment,
    page_size: usize,
    base: usize,
) -> Result<(), Errno> {
    let Segment {
        start,
        offset,
        file_end,
        memory_end,
        protection,
    } = *segment;
    // The layout has checked that the end of the last page can be counted.
    let page_end = |address| align_up(address, page_size).unwrap_or(address);
    let (file_pages, memory_pages) = (page_end(file_end), page_end(memory_end));
    let at = |address| base.wrapping_add(address);
    // SAFETY: the caller says that the pages are the loader's; nothing else is mapped or written here.
    unsafe {
        if file_pages > start {
            sys::map(
                Some(at(start)),
                file_pages - start,
                protection,
                Some((file, offset)),
            )?;
        }
        if protection & PROT_WRITE != 0 && memory_end > file_end {
            mem::clear(at(file_end), at(file_pages));
        }
        if memory_pages > file_pages {
            sys::map(
                Some(at(file_pages)),
                memory_pages - file_pages,
                protection,
                None,
            )?;
        }
    }
    Ok(())
}

/// Writes the path of the cache over the loader's built-in one, in pages that are still writable.
fn redirect(layout: &Layout<'_>, base: usize, cache: Redirection<'_>) -> bool {
    let data = |range: Range<usize>| {
        let start = core::ptr::with_exposed_provenance_mut::<u8>(base.wrapping_add(range.start));
        // SAFETY: the constants lie in pages of the first mapping, which the file fills, which are readable
        // and writable for now, and of which nobody else knows. One slice is in use at a time.
        unsafe { slice::from_raw_parts_mut(start, range.len()) }
    };
    let known = |range: &Range<usize>| {
        cache
            .place
            .filter(|place| place.holds(data(range.clone()), range.start))
    };
    let at_place = layout
        .constants()
        .find_map(|range| Some((known(&range)?, range)));
    let looked_for = || {
        layout
            .constants()
            .find_map(|range| Some((cache_path::find(data(range.clone()), range.start)?, range)))
    };
    let Some((place, range)) = at_place.or_else(looked_for) else {
        return false;
    };
    let built_in = data(range.clone())
        .get_mut(place.address - range.start..)
        .and_then(|rest| rest.get_mut(..place.length));
    built_in.is_some_and(|built_in| overwrite_path(built_in, cache.dir))
}

/// What a prepared loader that is mapped has in the room of the path of its cache; `None` if there is no such room.
fn room<'a>(layout: &Layout<'_>, base: usize) -> Option<(Place, Segment, &'a [u8])> {
    let place = layout.prepared()?;
    let (range, segment) = layout.rest_of_segment(place.address)?;
    let is_writable = segment.protection & PROT_WRITE != 0;
    // The NUL behind the room belongs to the text.
    let length = place.length.checked_add(1)?;
    if is_writable || length > range.len() {
        return None;
    }
    let start = core::ptr::with_exposed_provenance::<u8>(base.wrapping_add(place.address));
    // SAFETY: the file fills these addresses of a mapped segment that can be read and that nobody writes to while the
    // slice is in use: `change_prepared` does so when it is no longer needed.
    Some((place, segment, unsafe {
        slice::from_raw_parts(start, length)
    }))
}

/// The path of the cache that a prepared loader opens, if it was mapped as its file has it.
pub(crate) fn prepared_path<'a>(layout: &Layout<'_>, image: &Image) -> Option<&'a [u8]> {
    let (_, _, room) = room(layout, image.base)?;
    cache_path::prepared_path(room)
}

/// Whether a loader is prepared for the library environment `dir`.
pub(crate) fn is_prepared_for(layout: &Layout<'_>, image: &Image, dir: &[u8]) -> bool {
    room(layout, image.base).is_some_and(|(_, _, room)| cache_path::names_cache_in(room, dir))
}

/// Has a prepared loader open the cache in `dir` in place of its own; or none, if there is no `dir`. Tells whether it does.
pub(crate) fn change_prepared(
    file: &File,
    layout: &Layout<'_>,
    page_size: usize,
    base: usize,
    dir: Option<&[u8]>,
) -> bool {
    let Some((place, segment, _)) = room(layout, base) else {
        return false;
    };
    let length = dir.map_or(0, |dir| dir.len() + cache_path::FILE.len());
    if length > place.length || tools::is_under_valgrind() {
        return false;
    }
    let loader = Mapped {
        file,
        base,
        page_size,
    };
    let write = |room: &mut [u8]| match dir {
        Some(dir) => _ = overwrite_path(room, dir),
        // It reads up to the first NUL.
        None => _ = room.first_mut().map(|first| *first = 0),
    };
    // SAFETY: `room` has looked where the bytes are. They are constants, of which the loader knows nothing yet.
    unsafe { overwrite(loader, &segment, place.address, place.length, write) }
}

/// Puts the path of the cache in `dir` in place of the built-in one, if it fits. What is left over, up to
/// the NUL that ends the built-in path already, becomes NUL.
fn overwrite_path(built_in: &mut [u8], dir: &[u8]) -> bool {
    let length = dir.len() + cache_path::FILE.len();
    let fits = length <= built_in.len();
    if fits {
        let path = dir
            .iter()
            .chain(cache_path::FILE.as_bytes())
            .chain(core::iter::repeat(&0));
        for (byte, &new) in built_in.iter_mut().zip(path) {
            *byte = new;
        }
    }
    fits
}
