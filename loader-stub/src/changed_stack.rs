//! The initial stack with other arguments and variables, as the records of an entry say.
//!
//! The changed stack is a copy. Strings that stay as they are stay where they are. See `block.rs` for why a program keeps a
//! copy.

use core::ffi::CStr;
use core::mem::{MaybeUninit, size_of};

use crate::changed_value::{Value, for_each_expanded};
use crate::entry_records::{BUNDLE, Records, Tag};
use crate::output::{Measure, Output, Writer};
use crate::path_buffer::LongPathBuffer;
use crate::stack::{AuxEntry, Entry, InitialStack};
use crate::words::{CopyBytes, WORD};

/// A changed copy of an initial stack that is to be written.
#[derive(Debug)]
pub struct ChangedStack<'a> {
    stack: &'a InitialStack<'a>,
    records: Records<'a>,
    bundle: &'a [u8],
    choices: Choices,
    size: Measure,
}

/// For how many variables what is there decides; more keep what the user has set.
const MOST_CHOICES: usize = 32;

/// Which choice is there, for each variable that has some, in their order: counted from 1, and 0 if none is. Each is
/// looked for once, so that what is written is what was measured.
type Choices = [u8; MOST_CHOICES];

impl<'a> ChangedStack<'a> {
    /// Prepares a copy. Nothing is written yet. `bundle` is the bundle's folder, `is_there` says whether a file is.
    pub fn new(
        stack: &'a InitialStack<'a>,
        records: Records<'a>,
        bundle: &'a [u8],
        is_there: impl Fn(&CStr) -> bool,
    ) -> Self {
        let mut changed = Self {
            stack,
            records,
            bundle,
            choices: [0; MOST_CHOICES],
            size: Measure::default(),
        };
        changed.choose(is_there);
        let mut size = Measure::default();
        changed.put(&mut size);
        changed.size = size;
        changed
    }

    /// Looks which choices are there.
    fn choose(&mut self, is_there: impl Fn(&CStr) -> bool) {
        let mut places = self.choices.iter_mut();
        let mut records = self.records;
        while let Some((tag, name)) = records.next() {
            let mut own = own(records, Tag::Choice);
            if tag != Tag::Variable as u16 || own.clone().next().is_none() {
                continue;
            }
            let Some(place) = places.next() else { return };
            if find(self.stack.envp, name).is_none() {
                let found = own.position(|path| is_choice_there(path, self.bundle, &is_there));
                *place = found.map_or(0, |number| number as u8 + 1);
            }
        }
    }

    /// The choice that is there for the variable of these records: those behind its name.
    fn choice(&self, variable: Records<'_>) -> Option<usize> {
        own(variable, Tag::Choice).next()?;
        let mut places = self.choices.iter();
        let mut records = self.records;
        while let Some((tag, _)) = records.next() {
            if tag == Tag::Variable as u16 && own(records, Tag::Choice).next().is_some() {
                let place = *places.next()?;
                if core::ptr::eq(records.0, variable.0) {
                    return usize::from(place).checked_sub(1);
                }
            }
        }
        None
    }

    /// How much memory the copy takes, in words.
    pub fn words(&self) -> usize {
        self.vector_words() + self.size.bytes.div_ceil(WORD)
    }

    fn vector_words(&self) -> usize {
        self.size.words + self.stack.auxv.len() * (size_of::<AuxEntry>() / WORD)
    }

    /// How many arguments it has.
    pub fn argument_count(&self) -> usize {
        let added =
            [Tag::First, Tag::FirstIsArgv0, Tag::Last].map(|tag| self.records.all(tag).count());
        self.stack.argv.len().max(1) + added.iter().sum::<usize>()
    }

    /// Writes the copy to the beginning of `memory`, which has at least [`Self::words`] words; `None` if it has not.
    pub fn write<C: CopyBytes>(&self, memory: &mut [MaybeUninit<usize>]) -> Option<()> {
        let memory = memory.get_mut(..self.words())?;
        let (vectors, texts) = memory.split_at_mut_checked(self.vector_words())?;
        let (pointers, auxv) = vectors.split_at_mut_checked(self.size.words)?;
        let mut writer = Writer::<C>::new(pointers, texts);
        self.put(&mut writer);
        crate::words::Words::<C>::new(auxv).copy(self.stack.auxv)
    }

    fn put<O: Output>(&self, out: &mut O) {
        out.word(self.argument_count());
        self.put_arguments(out);
        out.word(0);
        self.put_environment(out);
        out.word(0);
    }

    fn put_arguments<O: Output>(&self, out: &mut O) {
        let (argv0, others) = match self.stack.argv.split_first() {
            Some((first, others)) => (Some(*first), others),
            None => (None, &[][..]),
        };
        let put_argv0 = |out: &mut O| match argv0 {
            Some(argument) => out.word(argument.address()),
            None => out.end_text(),
        };
        match self.records.first(Tag::Argv0) {
            Some(text) => self.put_text(out, text),
            None => put_argv0(out),
        }
        for (tag, text) in self.records {
            if tag == Tag::First as u16 {
                self.put_text(out, text);
            } else if tag == Tag::FirstIsArgv0 as u16 {
                put_argv0(out);
            }
        }
        for argument in others {
            out.word(argument.address());
        }
        for text in self.records.all(Tag::Last) {
            self.put_text(out, text);
        }
    }

    fn put_text<O: Output>(&self, out: &mut O, text: &[u8]) {
        for_each_expanded(text, self.bundle, |piece| out.piece(piece));
        out.end_text();
    }

    fn put_environment<O: Output>(&self, out: &mut O) {
        let envp = self.stack.envp;
        for (index, &entry) in envp.iter().enumerate() {
            match self.variable_of(entry) {
                None => out.word(entry.address()),
                // Of duplicates the first counts, as for `getenv`.
                Some((name, _)) if find(envp.get(..index).unwrap_or_default(), name).is_some() => {}
                Some((name, records)) => self.put_variable(out, name, records, Some(entry)),
            }
        }
        let mut records = self.records;
        while let Some((tag, name)) = records.next() {
            if tag == Tag::Variable as u16 && find(envp, name).is_none() {
                self.put_variable(out, name, records, None);
            }
        }
    }

    /// The name of the variable that an entry of the environment is about, and the records behind that name, if it is one that
    /// changes.
    fn variable_of(&self, entry: Entry<'_>) -> Option<(&'a [u8], Records<'a>)> {
        let mut records = self.records;
        while let Some((tag, name)) = records.next() {
            if tag == Tag::Variable as u16 && value_of(entry, name).is_some() {
                return Some((name, records));
            }
        }
        None
    }

    fn put_variable<O: Output>(
        &self,
        out: &mut O,
        name: &[u8],
        records: Records<'a>,
        entry: Option<Entry<'a>>,
    ) {
        let user = entry.and_then(|entry| value_of(entry, name));
        let value = Value::new(
            records,
            user.map(|value| value.to_c_str().to_bytes()),
            self.bundle,
            self.choice(records),
        );
        if value.is_some() {
            out.piece(name);
            out.piece(b"=");
            value.for_each_piece(|piece| out.piece(piece));
            out.end_text();
        }
    }
}

/// The texts with a tag that are about the variable whose name is before these records.
fn own(records: Records<'_>, tag: Tag) -> impl Iterator<Item = &[u8]> + Clone {
    records
        .take_while(|record| record.0 != Tag::Variable as u16)
        .filter(move |record| record.0 == tag as u16)
        .map(|record| record.1)
}

fn is_choice_there(path: &[u8], bundle: &[u8], is_there: impl Fn(&CStr) -> bool) -> bool {
    let mut buffer = LongPathBuffer::new();
    let path = match path.strip_prefix(BUNDLE) {
        Some(rest) => buffer.concat(&[bundle, rest]),
        None => buffer.concat(&[path]),
    };
    path.is_some_and(is_there)
}

/// The value of an entry of the environment, if it is that of the variable `name`.
fn value_of<'a>(entry: Entry<'a>, name: &[u8]) -> Option<Entry<'a>> {
    entry.strip_prefix(name)?.strip_prefix(b"=")
}

fn find<'a>(envp: &[Entry<'a>], name: &[u8]) -> Option<Entry<'a>> {
    envp.iter().find_map(|&entry| value_of(entry, name))
}

#[cfg(test)]
mod tests;
