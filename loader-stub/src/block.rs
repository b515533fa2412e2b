//! The real loader's own copy of the initial stack, with one thing changed in it.
//!
//! The environment plan needs the loader to see a library path that the program must not see. So the
//! loader gets a copy of the vectors; the strings stay where they are. Its AT_ENTRY is the trampoline,
//! which puts back the few words that were changed before it goes on at the program's entry point.
//!
//! The program keeps the copy, and its stack is below it: `environ`, `getauxval` and `__libc_stack_end` of
//! the C library point into the block that the loader was given, and so it has to outlive the loader.

#![allow(
    unsafe_code,
    reason = "the copy's text is bytes in memory that is made of words"
)]

use core::mem::{MaybeUninit, size_of};
use core::slice;

use crate::c_library::CLibrary;
use crate::plan;
use crate::stack::{AuxEntry, InitialStack, at};

const WORD: usize = size_of::<usize>();
/// The variable by which the real loader learns of libraries.
const VARIABLE: &[u8] = b"LD_LIBRARY_PATH=";
/// The flag by which it learns of them when it is started directly.
const FLAG: &core::ffi::CStr = c"--library-path";

/// Where in the copy the library path goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// In place of the environment's entry with this index.
    ReplaceVariable(usize),
    /// Behind the last entry of the environment.
    AppendVariable,
    /// In place of the argument with this index.
    ReplaceArgument(usize),
    /// The same, behind a `--library-path=`, which only musl's loader understands.
    ReplaceFlag(usize),
    /// Behind the zeroth argument, with a `--library-path` before it.
    InsertArgument,
}

/// A library path: what the user says, then directories. It is not put together until it is copied.
#[derive(Clone, Copy, Debug)]
pub struct LibraryPath<'a> {
    /// The user's part; may be empty, and may have empty elements, which mean the current directory.
    pub user: &'a [u8],
    /// The part whose empty elements mean nothing.
    pub libraries: &'a [u8],
    /// Whose loader is to understand it.
    pub c_library: CLibrary,
}

/// A copy of an initial stack that is to be written.
#[derive(Debug)]
pub struct StackCopy<'a> {
    stack: &'a InitialStack<'a>,
    placement: Placement,
    path: LibraryPath<'a>,
    /// The length of the text with its NUL, in words.
    text_words: usize,
}

/// A word of the copy and what it has to be once the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Restore {
    /// The address of the word.
    pub address: usize,
    /// Its value.
    pub value: usize,
}

/// What the trampoline does. It stands in the copy, right behind the auxiliary vector, where the trampoline
/// finds it from the stack pointer alone: the stub has no memory of its own that it could write to.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Epilogue {
    /// The program's entry point.
    pub entry: usize,
    /// The words to put back: two of the environment, and AT_ENTRY.
    pub restores: [Restore; 3],
}

impl<'a> StackCopy<'a> {
    /// Prepares a copy. Nothing is written yet.
    pub fn new(stack: &'a InitialStack<'a>, placement: Placement, path: LibraryPath<'a>) -> Self {
        let mut copy = Self {
            stack,
            placement,
            path,
            text_words: 0,
        };
        let mut length = 1;
        copy.for_each_piece(|piece| length += piece.len());
        copy.text_words = length.div_ceil(WORD);
        copy
    }

    /// How much memory the copy takes, in words.
    pub fn words(&self) -> usize {
        self.vector_words() + self.text_words
    }

    fn vector_words(&self) -> usize {
        let stack = self.stack;
        let added = if self.adds_two_words() { 2 } else { 0 };
        let auxv = stack.auxv.len() * (size_of::<AuxEntry>() / WORD);
        1 + stack.argv.len()
            + 1
            + stack.envp.len()
            + 1
            + added
            + auxv
            + size_of::<Epilogue>() / WORD
    }

    fn adds_two_words(&self) -> bool {
        matches!(
            self.placement,
            Placement::AppendVariable | Placement::InsertArgument
        )
    }

    /// Writes the copy to the beginning of `memory`, which has at least [`Self::words`] words; `None` if it
    /// has not. `trampoline` is what the loader is to take for the program's entry point, if it loads a
    /// program by AT_ENTRY at all.
    pub fn write(&self, memory: &mut [MaybeUninit<usize>], trampoline: usize) -> Option<()> {
        let (vectors, text) = memory.split_at_mut_checked(self.vector_words())?;
        let text = self.write_text(text.get_mut(..self.text_words)?);
        let mut words = Words(vectors);
        self.write_argv(&mut words, text)?;
        let environment = self.write_envp(&mut words, text)?;
        let is_direct = matches!(
            self.placement,
            Placement::ReplaceArgument(_) | Placement::ReplaceFlag(_) | Placement::InsertArgument
        );
        let entry = self.write_auxv(&mut words, if is_direct { None } else { Some(trampoline) })?;
        self.write_epilogue(&mut words, environment, entry)
    }

    fn write_argv(&self, words: &mut Words<'_>, text: usize) -> Option<()> {
        let inserted = self.placement == Placement::InsertArgument;
        words.push(self.stack.argv.len() + if inserted { 2 } else { 0 })?;
        for (index, argument) in self.stack.argv.iter().enumerate() {
            let replaced = [
                Placement::ReplaceArgument(index),
                Placement::ReplaceFlag(index),
            ]
            .contains(&self.placement);
            words.push(if replaced { text } else { argument.address() })?;
            if inserted && index == 0 {
                words.push(FLAG.as_ptr().expose_provenance())?;
                words.push(text)?;
            }
        }
        words.push(0).map(|_| ())
    }

    fn write_envp(&self, words: &mut Words<'_>, text: usize) -> Option<[Option<Restore>; 2]> {
        let mut restores = [None, None];
        let replaced = match self.placement {
            Placement::ReplaceVariable(index) => index,
            _ => usize::MAX,
        };
        for (index, entry) in self.stack.envp.iter().enumerate() {
            if index == replaced {
                restores[0] = Some(Restore {
                    address: words.push(text)?,
                    value: entry.address(),
                });
            } else {
                words.push(entry.address())?;
            }
        }
        if self.placement == Placement::AppendVariable {
            // The variable stands there twice, because afterwards whole pairs have to remain between the end
            // of the environment and the auxiliary vector: the first becomes the environment's NULL, the
            // second and the NULL behind it an entry of the vector that means nothing.
            restores[0] = Some(Restore {
                address: words.push(text)?,
                value: 0,
            });
            restores[1] = Some(Restore {
                address: words.push(text)?,
                value: at::IGNORE,
            });
        }
        words.push(0)?;
        Some(restores)
    }

    fn write_auxv(
        &self,
        words: &mut Words<'_>,
        trampoline: Option<usize>,
    ) -> Option<Option<Restore>> {
        let mut entry = None;
        for aux in self.stack.auxv.iter() {
            words.push(aux.kind)?;
            match trampoline {
                Some(trampoline) if aux.kind == at::ENTRY => {
                    entry = Some(Restore {
                        address: words.push(trampoline)?,
                        value: aux.value,
                    });
                }
                _ => {
                    words.push(aux.value)?;
                }
            }
        }
        Some(entry)
    }

    fn write_epilogue(
        &self,
        words: &mut Words<'_>,
        [first, second]: [Option<Restore>; 2],
        entry: Option<Restore>,
    ) -> Option<()> {
        let own_entry = words.push(entry.map_or(0, |entry| entry.value))?;
        // What has nothing to restore writes a word over that is there already.
        let nothing = Restore {
            address: own_entry,
            value: entry.map_or(0, |entry| entry.value),
        };
        for restore in [first, second, entry] {
            let Restore { address, value } = restore.unwrap_or(nothing);
            words.push(address)?;
            words.push(value)?;
        }
        Some(())
    }

    /// Writes the library path and returns its address.
    fn write_text(&self, memory: &mut [MaybeUninit<usize>]) -> usize {
        let bytes = memory.as_mut_ptr().cast::<MaybeUninit<u8>>();
        // SAFETY: words are made of bytes, as many as said, and any byte may be in a `MaybeUninit`.
        let bytes = unsafe { slice::from_raw_parts_mut(bytes, memory.len() * WORD) };
        let mut rest = bytes.iter_mut();
        self.for_each_piece(|piece| {
            // The pieces come first in the zip: at its end, `zip` has asked only its first for one more.
            for (&value, byte) in piece.iter().zip(rest.by_ref()) {
                byte.write(value);
            }
        });
        if let Some(byte) = rest.next() {
            byte.write(0);
        }
        memory.as_ptr().expose_provenance()
    }

    fn for_each_piece(&self, mut take: impl FnMut(&[u8])) {
        if matches!(
            self.placement,
            Placement::ReplaceVariable(_) | Placement::AppendVariable
        ) {
            take(VARIABLE);
        }
        if matches!(self.placement, Placement::ReplaceFlag(_)) {
            take(FLAG.to_bytes());
            take(b"=");
        }
        let mut any = !self.path.user.is_empty();
        take(self.path.user);
        for directory in plan::directories(self.path.libraries, self.path.c_library) {
            if any {
                take(b":");
            }
            take(directory);
            any = true;
        }
    }
}

/// Memory that is filled word by word.
struct Words<'a>(&'a mut [MaybeUninit<usize>]);

impl Words<'_> {
    /// Writes the next word and returns its address; `None` if there is no room.
    fn push(&mut self, word: usize) -> Option<usize> {
        let (next, rest) = core::mem::take(&mut self.0).split_first_mut()?;
        self.0 = rest;
        Some(core::ptr::from_mut(next.write(word)).expose_provenance())
    }
}

#[cfg(test)]
mod tests;
