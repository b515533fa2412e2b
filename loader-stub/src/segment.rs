//! One segment of a loader's file, in whole pages.

use goblin::elf::program_header::{PF_R, PF_W, PF_X, PT_LOAD};
use libc::{PROT_EXEC, PROT_READ, PROT_WRITE};

use crate::elf::ProgramHeader;

/// One PT_LOAD segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The address of its first page.
    pub start: usize,
    /// Where in the file that page begins.
    pub offset: usize,
    /// The first address that the file does not fill; `start` if it fills none.
    pub file_end: usize,
    /// The end of the segment in memory. What the file does not fill is zero; only the rest of the file's
    /// last page is not, if the segment is not writable. The kernel does the same.
    pub memory_end: usize,
    /// `PROT_*`
    pub protection: i32,
}

impl Segment {
    /// As a program header has it; `None` if that makes no sense.
    pub(crate) fn new(header: &ProgramHeader, page_size: usize) -> Option<Self> {
        let [address, offset] = [header.p_vaddr as usize, header.p_offset as usize];
        let [file_size, memory_size] = [header.p_filesz as usize, header.p_memsz as usize];
        let in_page = address & (page_size - 1);
        let start = address - in_page;
        if file_size > memory_size || (file_size > 0 && offset & (page_size - 1) != in_page) {
            return None;
        }
        let memory_end = address.checked_add(memory_size)?;
        align_up(memory_end, page_size)?;
        offset.checked_add(file_size)?;
        Some(Self {
            start,
            offset: if file_size > 0 { offset - in_page } else { 0 },
            file_end: if file_size > 0 {
                address + file_size
            } else {
                start
            },
            memory_end,
            protection: protection(header.p_flags),
        })
    }

    /// How far the segment's addresses are from its offsets. Segments for which that is the same lie in
    /// memory as in the file, so one mapping can show them all.
    pub fn displacement(&self) -> usize {
        self.start.wrapping_sub(self.offset)
    }
}

fn protection(flags: u32) -> i32 {
    let bit = |flag, protection| if flags & flag != 0 { protection } else { 0 };
    bit(PF_R, PROT_READ) | bit(PF_W, PROT_WRITE) | bit(PF_X, PROT_EXEC)
}

/// `address` or the next multiple of `alignment`, a power of two; `None` if that is behind the last address.
pub fn align_up(address: usize, alignment: usize) -> Option<usize> {
    Some(address.checked_add(alignment - 1)? & !(alignment - 1))
}

/// Whether a header is of something that is there in memory.
pub(crate) fn is_load(header: &&ProgramHeader) -> bool {
    header.p_type == PT_LOAD && header.p_memsz > 0
}
