//! A program or library without what only debuggers, linkers and readers use: symbols, debugging information, comments.

use anyhow::Result;
use goblin::elf::section_header::{SHF_ALLOC, SHT_NOBITS, SHT_STRTAB};

use super::headers::{FileHeader, SectionHeader};
use super::object::Object;

/// The name of the section with the names of sections.
const NAMES: &[u8] = b".shstrtab";

/// The file without all that is not loaded; `None` if it cannot be shortened safely. Linkers put what is not loaded behind
/// everything else; a file that has it elsewhere, or something that no section names at its end, is left as it is.
///
/// # Errors
/// It is no program or library, or damaged.
pub fn stripped(bytes: &[u8]) -> Result<Option<Vec<u8>>> {
    let object = Object::read(bytes)?;
    let Some(kept) = kept(&object) else {
        return Ok(None);
    };
    let encoding = object.encoding;
    let Some(names) = object.sections.get(usize::from(object.header.names)) else {
        return Ok(None);
    };
    let old_names = object.range(names.offset, names.size).unwrap_or_default();
    let mut output = bytes[..end_of_loaded(&object) as usize].to_vec();
    let mut texts = vec![0];
    let mut sections = kept;
    for section in sections.iter_mut().skip(1) {
        let name = old_names.get(section.name as usize..).unwrap_or_default();
        let name = &name[..memchr::memchr(0, name).unwrap_or(name.len())];
        section.name = texts.len() as u32;
        texts.extend(name);
        texts.push(0);
    }
    let name = texts.len() as u32;
    texts.extend(NAMES);
    texts.push(0);
    sections.push(SectionHeader {
        name,
        kind: SHT_STRTAB,
        offset: output.len() as u64,
        size: texts.len() as u64,
        alignment: 1,
        ..SectionHeader::default()
    });
    output.extend(texts);
    output.resize(output.len().next_multiple_of(8), 0);
    let table = encoding.bytes(output.len() as u64, encoding.word());
    put(
        &mut output,
        FileHeader::place_of_sections_offset(encoding),
        &table,
    );
    // e_shnum and e_shstrndx stand one behind the other.
    let count = sections.len() as u64;
    let place = FileHeader::place_of_sections(encoding);
    put(&mut output, place, &encoding.bytes(count, 2));
    put(&mut output, place + 2, &encoding.bytes(count - 1, 2));
    for section in &sections {
        output.extend(section.write(encoding));
    }
    Ok((output.len() < bytes.len()).then_some(output))
}

/// The sections that stay, if those are the first ones, so that their numbers stay too, and nothing is behind the file's last
/// section and the table of them.
fn kept(object: &Object<'_>) -> Option<Vec<SectionHeader>> {
    let is_loaded = |it: &SectionHeader| it.flags & u64::from(SHF_ALLOC) != 0;
    let all = &object.sections;
    let count = 1 + all.iter().skip(1).take_while(|it| is_loaded(it)).count();
    let (kept, gone) = all.split_at_checked(count)?;
    let end = end_of_loaded(object);
    let is_behind = |it: &SectionHeader| it.kind == SHT_NOBITS || it.size == 0 || it.offset >= end;
    let table = object.header.sections_offset;
    let size = (all.len() * SectionHeader::size_of(object.encoding)) as u64;
    let ends = gone
        .iter()
        .filter(|it| it.kind != SHT_NOBITS)
        .map(|it| it.offset.saturating_add(it.size));
    let last = ends.max().unwrap_or(0).max(table.saturating_add(size));
    let is_whole = last == object.bytes.len() as u64 && table >= end;
    let refers = |it: &SectionHeader| (it.link as usize) < count;
    let is_safe = is_whole
        && !gone.iter().any(is_loaded)
        && gone.iter().all(is_behind)
        && kept.iter().all(refers);
    (is_safe && end <= object.bytes.len() as u64).then(|| kept.to_vec())
}

/// Where in the file ends what is loaded.
fn end_of_loaded(object: &Object<'_>) -> u64 {
    let segments = object.segments.iter().filter(|it| it.file_size > 0);
    let headers = object.segments.len() * super::headers::ProgramHeader::size(object.encoding);
    let table = object.header.segments_offset + headers as u64;
    let loaded = object
        .sections
        .iter()
        .filter(|it| it.flags & u64::from(SHF_ALLOC) != 0 && it.kind != SHT_NOBITS);
    let ends = segments
        .map(|it| it.file_end())
        .chain(loaded.map(|it| it.offset.saturating_add(it.size)));
    ends.max().unwrap_or(0).max(table)
}

fn put(output: &mut [u8], offset: u64, bytes: &[u8]) {
    let start = offset as usize;
    output[start..start + bytes.len()].copy_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_test_gets_shorter_and_stays_what_it_is() {
        let bytes = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let short = stripped(&bytes).unwrap().unwrap();
        assert!(short.len() < bytes.len());
        let (old, new) = (Object::read(&bytes).unwrap(), Object::read(&short).unwrap());
        assert_eq!(old.segments, new.segments);
        assert_eq!(old.entries(), new.entries());
        assert_eq!(stripped(&short).unwrap(), None);
    }

    #[test]
    fn what_has_something_behind_its_end_is_left_as_it_is() {
        let mut bytes = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        bytes.extend(b"payload");
        assert_eq!(stripped(&bytes).unwrap(), None);
    }
}
