//! What is behind an ELF file: single-file programs bring their contents along there, and look for them in different ways.

use super::{ALIGNMENT, Rooms};
use crate::elf::payload_section;

impl Rooms<'_> {
    /// What is behind the ELF file, if it is there twice: before the last segment too. Then an earlier edit has written it
    /// twice, see [`Self::repeat`], and the one at the end may give way to more of that segment.
    pub(super) fn original(&self) -> Option<(u64, u64)> {
        let size = self.length - self.payload;
        let last = self
            .loads()
            .map(|it| &self.segments[it])
            .max_by_key(|it| it.offset)?;
        if size == 0 || last.file_end() != self.payload {
            return None;
        }
        let payload = self.object.range(self.payload, size)?;
        let used = self.used();
        (0..ALIGNMENT).find_map(|padding| {
            let start = last.offset.checked_sub(padding)?.checked_sub(size)?;
            let is_unused = used.iter().all(|it| it.1 <= start || it.0 >= start + size);
            let is_same = is_unused && self.object.range(start, size) == Some(payload);
            is_same.then_some((start, size))
        })
    }

    /// Makes it possible to add to the end of the file. What is behind the ELF file stays where it is, for programs that look
    /// for it there, and is written once more at the end, for programs that look for it from the end; false if it has more than
    /// `most` bytes.
    pub fn repeat(&mut self, most: u64) -> bool {
        let size = self.length - self.payload;
        if self.ends_in_foreign_section() || size > most {
            return false;
        }
        if size > 0 {
            self.repeated = Some((self.payload, size));
            self.payload = self.length;
        }
        true
    }

    /// Whether there is something behind the ELF file, which a program may look for there.
    pub fn has_payload(&self) -> bool {
        self.payload < self.length || self.ends_in_foreign_section()
    }

    /// Whether the file ends in a section for the program itself. Some look for it from the end of the file.
    fn ends_in_foreign_section(&self) -> bool {
        let table = self.sections_end();
        let last = self
            .in_file()
            .max_by_key(|it| it.offset.saturating_add(it.size));
        last.is_some_and(|it| {
            let end = it.offset.saturating_add(it.size);
            let name = self.object.section_name(it);
            end > table && end == self.length && payload_section(name, it.kind, it.flags).is_some()
        })
    }
}
