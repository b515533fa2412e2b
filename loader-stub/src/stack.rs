//! The initial stack: what the kernel hands to a new process.
//!
//! From the stack pointer upwards: `argc`, `argv[argc]`, NULL, `envp[]`, NULL, the auxiliary vector up to
//! its AT_NULL entry. The strings come after that. See the System V ABI, "Initial Stack and Register
//! State", and `create_elf_tables` in the kernel's fs/binfmt_elf.c.

#![allow(
    unsafe_code,
    reason = "the block has no length: it is known only by walking it"
)]

use core::ffi::{CStr, c_char};
use core::marker::PhantomData;
use core::slice;

use crate::texts;

/// Types of auxiliary vector entries, from the kernel's include/uapi/linux/auxvec.h.
pub mod at {
    /// End of the vector.
    pub const NULL: usize = 0;
    /// An entry without meaning.
    pub const IGNORE: usize = 1;
    /// Address of the program's program headers.
    pub const PHDR: usize = 3;
    /// Number of the program's program headers.
    pub const PHNUM: usize = 5;
    /// The system's page size, in bytes.
    pub const PAGESZ: usize = 6;
    /// Load address of the interpreter; 0 if the program has none.
    pub const BASE: usize = 7;
    /// The program's entry point.
    pub const ENTRY: usize = 9;
    /// The user whose rights the program has.
    pub const EUID: usize = 12;
    /// Not 0 if the program runs with rights that its caller does not have.
    pub const SECURE: usize = 23;
    /// The path by which the program was executed: an address of a string.
    pub const EXECFN: usize = 31;
}

/// What [`InitialStack::missing_entry`] looks for.
const NEEDED: [usize; 4] = [at::PHDR, at::PHNUM, at::BASE, at::ENTRY];
/// The names of these, a line each. See `texts.rs`.
const NAMES: &str = "\
AT_PHDR
AT_PHNUM
AT_BASE
AT_ENTRY";

const SMALLEST_PAGE: usize = 4096;

/// One entry of the auxiliary vector (`ElfN_auxv_t`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct AuxEntry {
    /// One of the constants in [`at`].
    pub kind: usize,
    /// What it means depends on the kind.
    pub value: usize,
}

/// A NUL-terminated string of the initial stack, whose length nobody has counted yet.
///
/// Counting is put off because most strings of an environment are of no interest after one byte.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub struct Entry<'a> {
    start: *const c_char,
    stack: PhantomData<&'a [c_char]>,
}

impl<'a> From<&'a CStr> for Entry<'a> {
    fn from(text: &'a CStr) -> Self {
        Self {
            start: text.as_ptr(),
            stack: PhantomData,
        }
    }
}

impl<'a> Entry<'a> {
    /// The string at an address.
    ///
    /// # Safety
    /// There is a NUL-terminated string, and it stays as it is for 'a.
    pub unsafe fn at(address: usize) -> Self {
        Self {
            start: core::ptr::with_exposed_provenance(address),
            stack: PhantomData,
        }
    }

    /// What follows `prefix`, if the string starts with it. `prefix` must not contain a NUL.
    pub fn strip_prefix(self, prefix: &[u8]) -> Option<Self> {
        let mut at = self.start;
        for &byte in prefix {
            // SAFETY: every byte before this one equalled a byte of `prefix`, none of which is NUL, so `at`
            // is at most at the terminating NUL of the string.
            if unsafe { *at } as u8 != byte {
                return None;
            }
            // SAFETY: the byte at `at` is not NUL, so the string goes on for at least one more.
            at = unsafe { at.add(1) };
        }
        Some(Self { start: at, ..self })
    }

    /// The string with its length counted.
    pub fn to_c_str(self) -> &'a CStr {
        // SAFETY: an `Entry` is made of NUL-terminated strings that live and stay as they are for 'a.
        unsafe { CStr::from_ptr(self.start) }
    }

    /// The first byte; 0 if the string is empty.
    pub fn first(self) -> u8 {
        // SAFETY: a NUL-terminated string has at least its NUL.
        unsafe { *self.start as u8 }
    }

    /// Where the string is.
    pub fn address(self) -> usize {
        self.start.addr()
    }
}

/// The initial stack, taken apart. Nothing is copied.
#[derive(Debug)]
pub struct InitialStack<'a> {
    /// The address of the block: the stack pointer at the first instruction.
    pub pointer: *mut usize,
    /// The arguments.
    pub argv: &'a [Entry<'a>],
    /// The environment, entries without `=` included.
    pub envp: &'a [Entry<'a>],
    /// The auxiliary vector with its AT_NULL entry.
    pub auxv: &'a mut [AuxEntry],
    /// Which kinds below 32 there are in it: a [`bit`] each.
    kinds: u32,
    /// The values of all AT_SECURE entries in one.
    secure: usize,
}

/// The bit of a kind of auxiliary vector entry; none for those from 32 on.
fn bit(kind: usize) -> u32 {
    if kind < 32 { 1 << kind } else { 0 }
}

impl<'a> InitialStack<'a> {
    /// Takes apart the block at `pointer`.
    ///
    /// # Safety
    /// `pointer` is the stack pointer that the kernel gave to this process, or points to a block of the
    /// same form; it outlives 'a, its strings are not changed in that time, and nobody else holds a
    /// reference to it.
    pub unsafe fn from_pointer(pointer: *mut usize) -> Self {
        // SAFETY: the caller says that the block has the form described at the top of this file, so each
        // walk below ends at the NULL or AT_NULL that the form demands, and what was walked over is there.
        unsafe {
            let argc = *pointer;
            let argv = pointer.add(1);
            let envp = argv.add(argc + 1);
            let mut count = 0;
            while *envp.add(count) != 0 {
                count += 1;
            }
            let auxv = envp.add(count + 1).cast::<AuxEntry>();
            let (mut last, mut kinds, mut secure) = (0, 0, 0);
            loop {
                let AuxEntry { kind, value } = *auxv.add(last);
                if kind == at::NULL {
                    break;
                }
                if kind == at::ENTRY && kinds & bit(kind) != 0 {
                    // There is one word to restore where the trampoline stands for the entry point.
                    (*auxv.add(last)).kind = at::IGNORE;
                }
                kinds |= bit(kind);
                if kind == at::SECURE {
                    secure |= value;
                }
                last += 1;
            }
            Self {
                pointer,
                argv: slice::from_raw_parts(argv.cast(), argc),
                envp: slice::from_raw_parts(envp.cast(), count),
                auxv: slice::from_raw_parts_mut(auxv, last + 1),
                kinds,
                secure,
            }
        }
    }

    /// The value of an auxiliary vector entry, the first of its kind; 0 if there is none.
    pub fn aux(&self, kind: usize) -> usize {
        let found = self.auxv.iter().find(|entry| entry.kind == kind);
        found.map_or(0, |entry| entry.value)
    }

    /// Changes the value of an auxiliary vector entry, if there is one. C libraries take the last of several,
    /// so all are changed.
    pub fn set_aux(&mut self, kind: usize, value: usize) {
        for entry in self.auxv.iter_mut().filter(|entry| entry.kind == kind) {
            entry.value = value;
        }
    }

    /// Whether the program may have rights that its caller does not have. It may unless the kernel says
    /// that it has not: whoever lays out a stack without AT_SECURE has not asked the kernel.
    pub fn is_secure(&self) -> bool {
        self.kinds & bit(at::SECURE) == 0 || self.secure != 0
    }

    /// The name of an entry that is missing without which no loader finds its program, nor the stub out
    /// whether it was started directly.
    pub fn missing_entry(&self) -> Option<&'static [u8]> {
        let missing = NEEDED.iter().position(|&kind| self.kinds & bit(kind) == 0);
        missing.map(|number| texts::line(NAMES, number))
    }

    /// The page size, in bytes. No Linux has smaller pages than the size taken where the kernel says nothing,
    /// or nothing that could be.
    pub fn page_size(&self) -> usize {
        let size = self.aux(at::PAGESZ);
        if size.is_power_of_two() && size >= SMALLEST_PAGE {
            size
        } else {
            SMALLEST_PAGE
        }
    }

    /// The path by which the program was executed, else the name that it was given.
    pub fn program(&self) -> Option<&'a CStr> {
        let executed: *const c_char = core::ptr::with_exposed_provenance(self.aux(at::EXECFN));
        let name = match self.argv.first() {
            _ if !executed.is_null() => Entry {
                start: executed,
                stack: PhantomData,
            },
            Some(&name) => name,
            None => return None,
        };
        Some(name.to_c_str())
    }
}

#[cfg(test)]
mod tests;
