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

use core::ffi::CStr;
use core::marker::PhantomData;
use core::mem::{MaybeUninit, size_of, size_of_val};
use core::slice;

use crate::c_library::CLibrary;
use crate::env::UserLibraryPath;
use crate::stack::{AuxEntry, InitialStack, at};
use crate::{direct, plan};

const WORD: usize = size_of::<usize>();
/// The variable by which the real loader learns of libraries.
const VARIABLE: &[u8] = b"LD_LIBRARY_PATH=";
/// The flag by which it learns of them when it is started directly.
const FLAG: &CStr = c"--library-path";

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

impl Placement {
    /// Where the library path goes, and what the user says there already.
    pub fn choose<'a>(
        stack: &InitialStack<'a>,
        user: Option<UserLibraryPath<'a>>,
        c_library: CLibrary,
        is_direct: bool,
    ) -> (Self, &'a CStr) {
        let value = user.map_or(c"", |user| user.value.to_c_str());
        if !is_direct {
            let replaces = |user: UserLibraryPath<'_>| Self::ReplaceVariable(user.index);
            return (user.map_or(Self::AppendVariable, replaces), value);
        }
        direct::library_path_argument(stack.argv, c_library)
            .unwrap_or((Self::InsertArgument, value))
    }
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
    /// Whether the libraries have to be taken apart to leave out empty elements.
    has_empty_elements: bool,
    /// How many bytes the text has, without its NUL.
    text_length: usize,
    /// How many bytes come before the text, in the words that it takes.
    text_start: usize,
    /// How many words it takes, with its NUL.
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
    /// The words to put back: two of the environment, one of the text, and AT_ENTRY.
    pub restores: [Restore; 4],
}

/// How bytes are copied. A call of `memcpy` would go through the global offset table, and nothing else in
/// the stub has to be relocated.
///
/// # Safety
/// `copy_bytes` does what `memcpy` does, and nothing else.
pub unsafe trait CopyBytes {
    /// Copies bytes to where there are none of them.
    ///
    /// # Safety
    /// The memory is there.
    unsafe fn copy_bytes(to: *mut u8, from: *const u8, count: usize);
}

impl<'a> StackCopy<'a> {
    /// Prepares a copy. Nothing is written yet.
    pub fn new(stack: &'a InitialStack<'a>, placement: Placement, path: LibraryPath<'a>) -> Self {
        let mut copy = Self {
            stack,
            placement,
            path,
            has_empty_elements: plan::has_empty_element(path.libraries, path.c_library),
            text_length: 0,
            text_start: 0,
            text_words: 0,
        };
        let mut length = 0;
        copy.for_each_piece(|piece| length += piece.len());
        copy.text_length = length;
        copy.text_start = copy.kept_text().next_multiple_of(WORD) - copy.kept_text();
        copy.text_words = (copy.text_start + length + 1).div_ceil(WORD);
        copy
    }

    /// How much of the text remains when the program runs: the variable as the user has set it, or nothing.
    ///
    /// With musl all of it remains: its loader does not copy the path, and looks at it again at each dlopen
    /// (`env_path` in ldso/dynlink.c). It runs no constructor before the program's entry point, so nobody can have
    /// copied the pointers.
    fn kept_text(&self) -> usize {
        match self.placement {
            Placement::ReplaceVariable(_) | Placement::AppendVariable
                if self.path.c_library == CLibrary::Musl =>
            {
                self.text_length
            }
            Placement::ReplaceVariable(_) => VARIABLE.len() + self.path.user.len(),
            _ => 0,
        }
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
    pub fn write<C: CopyBytes>(
        &self,
        memory: &mut [MaybeUninit<usize>],
        trampoline: usize,
    ) -> Option<()> {
        let (vectors, text) = memory.split_at_mut_checked(self.vector_words())?;
        let text = self.write_text::<C>(text.get_mut(..self.text_words)?);
        let mut words = Words::<C>(vectors, PhantomData);
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
            address: text + self.kept_text(),
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

    /// Writes the library path and returns its address.
    fn write_text<C: CopyBytes>(&self, memory: &mut [MaybeUninit<usize>]) -> usize {
        let bytes = memory.as_mut_ptr().cast::<MaybeUninit<u8>>();
        // SAFETY: words are made of bytes, as many as said, and any byte may be in a `MaybeUninit`.
        let bytes = unsafe { slice::from_raw_parts_mut(bytes, memory.len() * WORD) };
        let mut rest = bytes.get_mut(self.text_start..).unwrap_or_default();
        let start = rest.as_ptr().expose_provenance();
        self.for_each_piece(|piece| {
            if let Some((place, after)) =
                core::mem::take(&mut rest).split_at_mut_checked(piece.len())
            {
                // SAFETY: `place` is as long as the piece, and nobody else's.
                unsafe { C::copy_bytes(place.as_mut_ptr().cast(), piece.as_ptr(), piece.len()) };
                rest = after;
            }
        });
        if let Some(byte) = rest.first_mut() {
            byte.write(0);
        }
        start
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
        if !self.has_empty_elements {
            if any {
                take(b":");
            }
            return take(self.path.libraries);
        }
        for directory in plan::directories(self.path.libraries, self.path.c_library) {
            if any {
                take(b":");
            }
            take(directory);
            any = true;
        }
    }
}

/// Memory that is filled from its beginning on.
struct Words<'a, C>(&'a mut [MaybeUninit<usize>], PhantomData<C>);

impl<C: CopyBytes> Words<'_, C> {
    /// Writes the next word and returns its address; `None` if there is no room.
    fn push(&mut self, word: usize) -> Option<usize> {
        let (next, rest) = core::mem::take(&mut self.0).split_first_mut()?;
        self.0 = rest;
        Some(core::ptr::from_mut(next.write(word)).expose_provenance())
    }

    /// Copies what is made of whole words; `None` if there is no room.
    fn copy<T: Copy>(&mut self, items: &[T]) -> Option<()> {
        let size = size_of_val(items);
        let (next, rest) = core::mem::take(&mut self.0).split_at_mut_checked(size / WORD)?;
        // SAFETY: `next` is as long as the items, and nobody else's.
        unsafe { C::copy_bytes(next.as_mut_ptr().cast(), items.as_ptr().cast(), size) };
        self.0 = rest;
        Some(())
    }
}

#[cfg(test)]
mod tests;
