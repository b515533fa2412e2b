//! The edits of a file, planned together: which bytes are written where.

mod output;
mod sections;
mod segments;

use anyhow::{Result, ensure};
use goblin::elf::dynamic::DT_STRSZ;
use goblin::elf::program_header::PT_GNU_STACK;

use crate::surgery::cache_note::{self, OldNote};
use crate::surgery::changes::{Plan, Write};
use crate::surgery::edits::Edit;
use crate::surgery::header_tables::{SMALLEST_PAGE, largest_page};
use crate::surgery::layout::{Demand, Layout};
use crate::surgery::object::{DynamicEntry, Object};
use crate::surgery::overlay::Overlay;
use crate::surgery::pieces::pieces;
use crate::surgery::rename::{Renamed, rename};
use crate::surgery::strings::{self, StringRoom, StringTable, WantedString};
use crate::surgery::tables::VersionNames;
use crate::surgery::undo::{self, Record};
use crate::surgery::wanted::Wanted;

/// The largest size of pages that is taken for one, in bytes.
const LARGEST_PAGE: u64 = 1 << 30;

/// How to plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// The page size for which a new segment is aligned, in bytes; if it is not given, the largest of the architecture.
    pub page_size: Option<u64>,
    /// Where the undo record goes.
    pub undo: Undo,
}

/// Where an undo record goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Undo {
    /// Nowhere; one that is in the file goes too.
    #[default]
    Nowhere,
    /// Behind the end of the file. Where a program looks there for something else, there is none.
    InFile,
    /// Into [`Plan::record`], to be kept elsewhere.
    Kept,
}

/// Plans edits of the file that `bytes` are.
///
/// # Errors
/// The file is no program or library, it is damaged, or there is no way to make the edits without breaking it.
pub fn plan(bytes: &[u8], edits: &[Edit], options: &Options) -> Result<Plan> {
    let (file, old) = undo::split(bytes);
    let (mut plan, has_payload) = plan_without_record(file, edits, options)?;
    let is_unchanged = plan.is_empty();
    plan.size = bytes.len() as u64;
    if options.undo == Undo::Nowhere && !edits.is_empty() {
        // A record that is there goes, even if nothing else has to be done.
        return Ok(plan);
    }
    if is_unchanged {
        plan.length = plan.size;
        return Ok(plan);
    }
    let record = Record::of(file, &plan, old.as_ref());
    let record_bytes = record.to_bytes()?;
    match options.undo {
        Undo::Kept => plan.record = Some(record_bytes),
        _ if has_payload => plan.is_final = true,
        _ if record.is_empty() => {}
        _ => {
            let offset = plan.length;
            plan.length += record_bytes.len() as u64;
            plan.writes.push(Write {
                offset,
                bytes: record_bytes,
            });
        }
    }
    Ok(plan)
}

/// The plan for a file without an undo record, and whether something is behind the end of the ELF file.
fn plan_without_record(bytes: &[u8], edits: &[Edit], options: &Options) -> Result<(Plan, bool)> {
    let mut object = Object::read(bytes)?;
    if edits.is_empty() {
        let size = bytes.len() as u64;
        let plan = Plan {
            size,
            length: size,
            ..Plan::default()
        };
        return Ok((plan, false));
    }
    let names = object.version_names();
    let mut wanted = Wanted::after(edits, &object, &names)?;
    let mut patched = Overlay::new(bytes);
    if let Some(old) = OldNote::of(&object) {
        if wanted.resolution_cache.as_ref() == Some(&old.description) {
            wanted.resolution_cache = None;
        } else if wanted.resolution_cache.is_some() || wanted.finds_other_libraries(&object) {
            // What the note says would no longer be true.
            old.remove(&mut object, &mut patched);
        }
    }
    let mut work = Work {
        patched,
        object: &object,
        names: &names,
        demand: Demand::default(),
        steps: Vec::new(),
    };
    let renamed = rename(&object, &wanted.renamed, &mut work.patched)?;
    let (entries, appended) = work.strings(&mut wanted, &renamed);
    work.demands(&wanted, entries.len());
    let page = options
        .page_size
        .unwrap_or_else(|| largest_page(object.header.machine));
    ensure!(page <= LARGEST_PAGE, "no system has pages of {page} bytes");
    let page = page.max(SMALLEST_PAGE);
    let (pieces, outside) = pieces(&object, &names);
    let layout = Layout::new(&object, &pieces, &outside, &work.demand, page)?;
    let output = work.write(&layout, &wanted, &entries, &appended);
    let mut steps = work.steps;
    steps.extend(layout.steps);
    let has_payload = layout.rooms.has_payload() || layout.rooms.repeated.is_some();
    let plan = Plan {
        writes: output.writes(),
        size: bytes.len() as u64,
        length: output.length(),
        slides: layout.slides,
        steps,
        ..Plan::default()
    };
    Ok((plan, has_payload))
}

/// What is known on the way to a plan.
struct Work<'a> {
    object: &'a Object<'a>,
    names: &'a VersionNames,
    /// The file with all that changes where it is.
    patched: Overlay<'a>,
    demand: Demand,
    steps: Vec<String>,
}

impl<'a> Work<'a> {
    /// Finds room for all strings. Returns the dynamic table and what the string table gets behind its end.
    fn strings(
        &mut self,
        wanted: &mut Wanted,
        renamed: &[Renamed],
    ) -> (Vec<DynamicEntry>, Vec<u8>) {
        let mut strings = Vec::new();
        for entry in &wanted.entries {
            let old = entry.value;
            strings.extend(entry.text.clone().map(|text| WantedString { text, old }));
        }
        for name in &wanted.names {
            strings.push(WantedString {
                text: name.text.clone(),
                old: Some(name.old),
            });
        }
        for it in renamed {
            strings.push(WantedString {
                text: it.text.clone(),
                old: Some(it.old),
            });
        }
        let gone = self.gone(wanted);
        let mut placed = strings::Placed::default();
        if !strings.is_empty() || !gone.is_empty() {
            let mut changed: Vec<u64> = strings.iter().filter_map(|it| it.old).collect();
            changed.extend(&gone);
            placed = StringTable::new(self.object, self.names, &changed).place(&strings, &gone);
        }
        let table = self.object.strings().map_or(0, |it| it.offset);
        for (at, bytes) in &placed.changes {
            self.patched.write(table + at, bytes);
        }
        self.tell(&strings, &placed);
        let mut places = placed.strings.iter().map(|it| it.0);
        let grown = placed.appended.len() as u64;
        let entries = wanted.entries.iter().map(|entry| {
            let text = entry.text.as_ref().and_then(|_| places.next());
            let value = text.or(entry.value).unwrap_or(0);
            let grows = if entry.tag == DT_STRSZ { grown } else { 0 };
            DynamicEntry {
                tag: entry.tag,
                value: value.wrapping_add(grows),
            }
        });
        let entries = entries.collect();
        let references = wanted.names.iter().map(|it| it.place);
        for place in references.chain(renamed.iter().map(|it| it.place)) {
            let string = places.next().unwrap_or(0);
            self.patched
                .write(place, &self.object.encoding.bytes(string, 4));
        }
        self.demand.strings = grown;
        (entries, placed.appended)
    }

    /// The strings of entries that are no longer there.
    fn gone(&self, wanted: &Wanted) -> Vec<u64> {
        let mut kept: Vec<_> = wanted.entries.iter().map(|it| it.value).collect();
        let mut gone = Vec::new();
        for entry in self
            .object
            .entries()
            .iter()
            .filter(|it| strings::is_string(it.tag))
        {
            match kept.iter().position(|it| *it == Some(entry.value)) {
                Some(place) => kept[place] = None,
                None => gone.push(entry.value),
            }
        }
        gone
    }

    fn tell(&mut self, strings: &[WantedString], placed: &strings::Placed) {
        for (string, (_, room)) in strings.iter().zip(&placed.strings) {
            let text = String::from_utf8_lossy(&string.text);
            let how = match room {
                StringRoom::Unchanged => continue,
                StringRoom::OldPlace => "in place of the old string",
                StringRoom::AlreadyThere => "in the string table already",
                StringRoom::Unused => "where an unused string was",
                StringRoom::Appended => "behind the end of the string table",
            };
            self.steps.push(format!("{text}: {how}"));
        }
    }

    fn demands(&mut self, wanted: &Wanted, entries: usize) {
        let interpreter = wanted.interpreter.as_ref();
        self.demand.interpreter = interpreter.map(|path| path.len() as u64 + 1);
        if let Some(table) = &self.object.dynamic {
            let needed = entries + usize::from(table.has_end);
            if needed > table.capacity {
                let size = (entries + 1) * DynamicEntry::size(self.object.encoding);
                self.demand.dynamic = size as u64;
            }
        }
        let has_stack = self.object.segment(PT_GNU_STACK).is_some();
        self.demand.headers = u64::from(wanted.executable_stack.is_some() && !has_stack);
        if let Some(description) = &wanted.resolution_cache {
            let note = cache_note::note(self.object.encoding, description);
            self.demand.note = Some(note.len() as u64);
            self.demand.headers += 1;
        }
    }
}
