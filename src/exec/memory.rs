//! Whether a program or loader can be put into memory as its headers say: `elf_load` and its callers in Linux's
//! `fs/binfmt_elf.c`. By then the old program is gone, and the kernel kills the process where it fails.

use goblin::elf::header::ET_EXEC;
use goblin::elf::program_header::{PF_W, PF_X, PT_GNU_STACK, PT_LOAD};

use super::machines::Format;
use super::refusal::Reason;
use crate::elf::Segment;

/// The size of pages that is asked for at least; no Linux has smaller ones.
const PAGE: u64 = 4096;

/// A file to be put into memory.
pub(super) struct Contents<'a> {
    pub(super) format: &'a Format,
    pub(super) elf_type: u16,
    pub(super) entry: u64,
    pub(super) segments: &'a [Segment],
    /// In bytes.
    pub(super) file_size: u64,
    pub(super) is_loader: bool,
}

impl Contents<'_> {
    /// Why the kernel cannot do it.
    pub(super) fn unmappable(&self) -> Option<Reason> {
        let reason = self.why_unmappable()?;
        Some(Reason::Unmappable(reason))
    }

    fn loads(&self) -> impl DoubleEndedIterator<Item = &Segment> + Clone {
        self.segments.iter().filter(|it| it.kind == PT_LOAD)
    }

    fn why_unmappable(&self) -> Option<&'static str> {
        let is_fixed = self.elf_type == ET_EXEC;
        let span = self.span();
        if span == Some(0) || (self.is_loader && span.is_none()) {
            return Some("it has no segment to load");
        }
        if span.is_some_and(|it| it > self.format.task_size) && !is_fixed {
            return Some("its segments lie too far from each other");
        }
        if let Some(reason) = self.loads().find_map(|it| self.refused(it, is_fixed)) {
            return Some(reason);
        }
        (self.entry >= self.format.task_size).then_some("it begins outside of a program's memory")
    }

    /// `total_mapping_size`: from the lowest page to the end of the highest segment; `None` without any.
    fn span(&self) -> Option<u64> {
        let start = self.loads().map(|it| it.address & !(PAGE - 1)).min()?;
        let ends = self
            .loads()
            .map(|it| it.address.wrapping_add(it.memory_size));
        Some(ends.max()?.wrapping_sub(start))
    }

    fn refused(&self, segment: &Segment, is_fixed: bool) -> Option<&'static str> {
        let task_size = self.format.task_size;
        let in_page = segment.address % PAGE;
        if segment.file_size > 0 {
            let end = segment.offset.checked_add(segment.file_size);
            if end.is_none_or(|it| i64::try_from(it).is_err()) {
                return Some("a segment is farther on in the file than files are long");
            }
            if !segment.offset.wrapping_sub(in_page).is_multiple_of(PAGE) {
                return Some("a segment is aligned otherwise in the file than in memory");
            }
            if is_fixed && segment.address < lowest_address() {
                return Some("a segment is at an address that is too low");
            }
        }
        let (file, memory) = (segment.file_size, segment.memory_size);
        if file > memory {
            return Some("a segment has more bytes in the file than in memory");
        }
        if segment.address >= task_size
            || memory > task_size
            || task_size - memory < segment.address
        {
            return Some("a segment is outside of a program's memory");
        }
        // The rest of the last page is cleared, which is not there if the file ends before.
        let end = segment.offset.saturating_add(file);
        let is_cleared = file > 0 && memory > file && segment.flags & PF_W != 0 && end % PAGE != 0;
        (is_cleared && end / PAGE >= self.file_size.div_ceil(PAGE))
            .then_some("the file ends before a segment that is written to")
    }

    /// Why what is started crashes at once, or as soon as it uses what is not there.
    pub(super) fn crashes(&self) -> Option<Reason> {
        if !self.loads().any(|it| self.holds_entry(it)) {
            return Some(Reason::NoEntry);
        }
        let pages = self.file_size.div_ceil(PAGE);
        let is_whole = |it: &Segment| {
            let end = it.offset.saturating_add(it.file_size);
            it.file_size == 0 || end.div_ceil(PAGE) <= pages
        };
        (!self.loads().all(is_whole)).then_some(Reason::CutOff)
    }

    /// Whether the first instruction is in a segment, in what it has of the file.
    fn holds_entry(&self, segment: &Segment) -> bool {
        let start = segment.address & !(PAGE - 1);
        let end = segment.address.saturating_add(segment.file_size);
        let is_code = segment.flags & PF_X != 0 || self.all_is_code();
        self.entry != 0
            && is_code
            && (start..end.next_multiple_of(PAGE)).contains(&self.entry)
            && segment.file_size > 0
    }

    fn all_is_code(&self) -> bool {
        self.format.reads_imply_execution()
            && !self.segments.iter().any(|it| it.kind == PT_GNU_STACK)
    }
}

/// The lowest address that an ordinary user's programs may have memory at.
fn lowest_address() -> u64 {
    if nix::unistd::geteuid().is_root() {
        return 0;
    }
    let setting = std::fs::read_to_string("/proc/sys/vm/mmap_min_addr");
    setting
        .ok()
        .and_then(|it| it.trim().parse().ok())
        .unwrap_or(0)
}
