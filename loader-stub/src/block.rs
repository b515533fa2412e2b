//! The real loader's own copy of the initial stack, with one thing changed in it.
//!
//! The environment plan needs the loader to see a library path that the program must not see. So the
//! loader gets a copy of the vectors; the strings stay where they are. Its AT_ENTRY is the trampoline,
//! which puts back the few words that were changed before it goes on at the program's entry point.
//!
//! The program keeps the copy, and its stack is below it: `environ`, `getauxval` and `__libc_stack_end` of
//! the C library point into the block that the loader was given, and so it has to outlive the loader.

use core::ffi::CStr;
use core::mem::{MaybeUninit, size_of};

use crate::library_path::{LibraryPath, Text};
use crate::placement::Placement;
use crate::stack::{AuxEntry, InitialStack, at};
use crate::words::{CopyBytes, WORD, Words};

/// The flag by which the real loader learns of libraries when it is started directly.
const FLAG: &CStr = c"--library-path";

/// A copy of an initial stack that is to be written.
#[derive(Debug)]
pub struct StackCopy<'a> {
    stack: &'a InitialStack<'a>,
    placement: Placement,
    text: Text<'a>,
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
    /// The words to put back: two of the environment, one of the text, and AT_ENTRY.
    pub restores: [Restore; 4],
}

impl<'a> StackCopy<'a> {
    /// Prepares a copy. Nothing is written yet.
    pub fn new(stack: &'a InitialStack<'a>, placement: Placement, path: LibraryPath<'a>) -> Self {
        Self {
            stack,
            placement,
            text: Text::new(placement, path),
        }
    }

    /// How much memory the copy takes, in words.
    pub fn words(&self) -> usize {
        self.vector_words() + self.text.words
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
    pub fn write<C: CopyBytes>(
        &self,
        memory: &mut [MaybeUninit<usize>],
        trampoline: usize,
    ) -> Option<()> {
        let (vectors, text) = memory.split_at_mut_checked(self.vector_words())?;
        let text = self.text.write::<C>(text.get_mut(..self.text.words)?);
        let mut words = Words::<C>::new(vectors);
        self.write_argv(&mut words, text)?;
        let environment = self.write_envp(&mut words, text)?;
        let is_direct = matches!(
            self.placement,
            Placement::ReplaceArgument(_) | Placement::ReplaceFlag(_) | Placement::InsertArgument
        );
        let entry = self.write_auxv(&mut words, if is_direct { None } else { Some(trampoline) })?;
        // The pointers to the text may have been copied by then, by a constructor that calls `setenv`. So
        // the text ends where the user's part ends, which is the first byte of a word.
        let end_of_text = Restore {
            address: text + self.text.kept(),
            value: 0,
        };
        self.write_epilogue(&mut words, environment, end_of_text, entry)
    }

    fn write_argv<C: CopyBytes>(&self, words: &mut Words<'_, C>, text: usize) -> Option<()> {
        let argv = self.stack.argv;
        match self.placement {
            Placement::InsertArgument => {
                let (name, arguments) = argv.split_at_checked(1)?;
                words.push(argv.len() + 2)?;
                words.copy(name)?;
                words.push(FLAG.as_ptr().expose_provenance())?;
                words.push(text)?;
                words.copy(arguments)?;
            }
            Placement::ReplaceArgument(index) | Placement::ReplaceFlag(index) => {
                words.push(argv.len())?;
                words.copy(argv.get(..index)?)?;
                words.push(text)?;
                words.copy(argv.get(index + 1..)?)?;
            }
            _ => {
                words.push(argv.len())?;
                words.copy(argv)?;
            }
        }
        words.push(0).map(|_| ())
    }

    fn write_envp<C: CopyBytes>(
        &self,
        words: &mut Words<'_, C>,
        text: usize,
    ) -> Option<[Option<Restore>; 2]> {
        let envp = self.stack.envp;
        let mut restores = [None, None];
        match self.placement {
            Placement::ReplaceVariable(index) => {
                words.copy(envp.get(..index)?)?;
                restores[0] = Some(Restore {
                    address: words.push(text)?,
                    value: envp.get(index)?.address(),
                });
                words.copy(envp.get(index + 1..)?)?;
            }
            Placement::AppendVariable => {
                words.copy(envp)?;
                // The variable stands there twice, because afterwards whole pairs have to remain between the
                // end of the environment and the auxiliary vector: the first becomes the environment's NULL,
                // the second and the NULL behind it an entry of the vector that means nothing.
                restores = [0, at::IGNORE]
                    .map(|value| words.push(text).map(|address| Restore { address, value }));
            }
            _ => words.copy(envp)?,
        }
        words.push(0)?;
        Some(restores)
    }

    fn write_auxv<C: CopyBytes>(
        &self,
        words: &mut Words<'_, C>,
        trampoline: Option<usize>,
    ) -> Option<Option<Restore>> {
        let auxv = &*self.stack.auxv;
        let is_entry = |aux: &AuxEntry| trampoline.is_some() && aux.kind == at::ENTRY;
        let Some(index) = auxv.iter().position(is_entry) else {
            words.copy(auxv)?;
            return Some(None);
        };
        words.copy(auxv.get(..index)?)?;
        words.push(at::ENTRY)?;
        let entry = Restore {
            address: words.push(trampoline?)?,
            value: auxv.get(index)?.value,
        };
        words.copy(auxv.get(index + 1..)?)?;
        Some(Some(entry))
    }

    fn write_epilogue<C: CopyBytes>(
        &self,
        words: &mut Words<'_, C>,
        [first, second]: [Option<Restore>; 2],
        end_of_text: Restore,
        entry: Option<Restore>,
    ) -> Option<()> {
        words.push(entry.map_or(0, |entry| entry.value))?;
        for restore in [first, second, Some(end_of_text), entry] {
            // What has nothing to restore ends the text once more.
            let Restore { address, value } = restore.unwrap_or(end_of_text);
            words.push(address)?;
            words.push(value)?;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests;
