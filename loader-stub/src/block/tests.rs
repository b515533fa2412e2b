#![allow(unsafe_code, reason = "blocks are read as the loader reads them")]

use std::ffi::{CStr, CString};
use std::vec::Vec;
use std::{format, vec};

use super::*;
use crate::c_library::CLibrary;
use crate::stack::Entry;

struct Memcpy;

// SAFETY: it is memcpy.
unsafe impl CopyBytes for Memcpy {
    unsafe fn copy_bytes(to: *mut u8, from: *const u8, count: usize) {
        // SAFETY: the caller's memory is there.
        unsafe { std::ptr::copy_nonoverlapping(from, to, count) }
    }
}

const ENTRY: usize = 99;
const TRAMPOLINE: usize = 77;

/// A block as the kernel lays it out.
struct Block {
    words: Vec<usize>,
    _texts: Vec<CString>,
}

impl Block {
    fn new(argv: &[&str], envp: &[&str]) -> Self {
        let texts: Vec<_> = argv
            .iter()
            .chain(envp)
            .map(|text| CString::new(*text).unwrap())
            .collect();
        let mut addresses = texts.iter().map(|text| text.as_ptr().expose_provenance());
        let mut words = vec![argv.len()];
        words.extend(addresses.by_ref().take(argv.len()));
        words.push(0);
        words.extend(addresses);
        words.extend([0, at::PAGESZ, 4096, at::ENTRY, ENTRY, at::NULL, 0]);
        Self {
            words,
            _texts: texts,
        }
    }

    fn stack(&mut self) -> InitialStack<'_> {
        // SAFETY: `new` lays the words out as the kernel does, and they live as long as `self`.
        unsafe { InitialStack::from_pointer(self.words.as_mut_ptr()) }
    }
}

fn texts(entries: &[Entry<'_>]) -> Vec<std::string::String> {
    entries
        .iter()
        .map(|entry| entry.to_c_str().to_str().unwrap().into())
        .collect()
}

/// Writes a copy, hands it to `look` as the loader sees it, then again as the trampoline leaves it.
fn copy(
    block: &mut Block,
    place: Placement,
    user: &str,
    libraries: &str,
    look: impl Fn(&str, InitialStack<'_>),
) {
    let stack = block.stack();
    let path = LibraryPath {
        user: user.as_bytes(),
        libraries: [b"", libraries.as_bytes()],
        c_library: CLibrary::Glibc,
    };
    let copy = StackCopy::new(&stack, place, path);
    let mut memory = vec![MaybeUninit::new(usize::MAX); copy.words()];
    copy.write::<Memcpy>(&mut memory, TRAMPOLINE).unwrap();
    let pointer = memory.as_mut_ptr().cast();
    // SAFETY: `write` has filled the memory with a block; its texts are in `block` and in the memory itself.
    look("loader", unsafe { InitialStack::from_pointer(pointer) });
    // SAFETY: as above.
    let seen = unsafe { InitialStack::from_pointer(pointer) };
    if seen.aux(at::ENTRY) == TRAMPOLINE {
        // SAFETY: the epilogue stands behind the auxiliary vector, and has addresses of the memory's words.
        unsafe {
            let epilogue = *seen.auxv.as_ptr_range().end.cast::<Epilogue>();
            assert_eq!(epilogue.entry, ENTRY);
            for restore in epilogue.restores {
                std::ptr::with_exposed_provenance_mut::<usize>(restore.address)
                    .write(restore.value);
            }
        }
    }
    // SAFETY: as above.
    look("program", unsafe { InitialStack::from_pointer(pointer) });
}

#[test]
fn appends_the_variable_for_the_loader_only() {
    let mut block = Block::new(&["prog", "x"], &["A=1", "odd"]);
    copy(
        &mut block,
        Placement::AppendVariable,
        "",
        "/a:/b",
        |who, stack| {
            assert_eq!(texts(stack.argv), ["prog", "x"]);
            if who == "loader" {
                assert_eq!(
                    texts(stack.envp),
                    [
                        "A=1",
                        "odd",
                        "LD_LIBRARY_PATH=/a:/b",
                        "LD_LIBRARY_PATH=/a:/b"
                    ]
                );
                assert_eq!(stack.auxv[0].kind, at::PAGESZ);
            } else {
                assert_eq!(texts(stack.envp), ["A=1", "odd"]);
                assert_eq!(
                    stack.auxv[0],
                    AuxEntry {
                        kind: at::IGNORE,
                        value: 0
                    },
                    "auxv still follows envp"
                );
            }
            let entry = if who == "loader" { TRAMPOLINE } else { ENTRY };
            assert_eq!((stack.aux(at::PAGESZ), stack.aux(at::ENTRY)), (4096, entry));
        },
    );
}

#[test]
fn replaces_the_variable_for_the_loader_only() {
    let mut block = Block::new(&["prog"], &["A=1", "LD_LIBRARY_PATH=/u", "B=2"]);
    copy(
        &mut block,
        Placement::ReplaceVariable(1),
        "/u",
        "/a",
        |who, stack| {
            let seen = if who == "loader" {
                "LD_LIBRARY_PATH=/u:/a"
            } else {
                "LD_LIBRARY_PATH=/u"
            };
            assert_eq!(texts(stack.envp), ["A=1", seen, "B=2"]);
        },
    );
}

#[test]
fn hands_libraries_to_a_directly_started_loader_as_arguments() {
    let mut block = Block::new(&["ld.so", "./prog"], &["A=1"]);
    copy(
        &mut block,
        Placement::InsertArgument,
        "",
        "/a",
        |_, stack| {
            assert_eq!(
                texts(stack.argv),
                ["ld.so", "--library-path", "/a", "./prog"]
            );
            assert_eq!(texts(stack.envp), ["A=1"]);
            assert_eq!(stack.aux(at::ENTRY), ENTRY, "the loader knows itself by it");
        },
    );
    let mut block = Block::new(&["ld.so", "--library-path", "/u", "./prog"], &[]);
    copy(
        &mut block,
        Placement::ReplaceArgument(2),
        "/u",
        "/a",
        |_, stack| {
            assert_eq!(
                texts(stack.argv),
                ["ld.so", "--library-path", "/u:/a", "./prog"]
            );
        },
    );
}

#[test]
fn leaves_out_empty_elements_but_keeps_those_of_the_user() {
    for (user, libraries, value) in [
        ("", ":/a::/b:", "/a:/b"),
        ("/u", "/a", "/u:/a"),
        ("/u:", "/a", "/u::/a"),
        ("", ":", ""),
    ] {
        let mut block = Block::new(&["prog"], &["LD_LIBRARY_PATH=?"]);
        copy(
            &mut block,
            Placement::ReplaceVariable(0),
            user,
            libraries,
            |who, stack| {
                if who == "loader" {
                    assert_eq!(texts(stack.envp), [format!("LD_LIBRARY_PATH={value}")]);
                }
            },
        );
    }
}

#[test]
fn writes_nowhere_but_into_its_memory() {
    let mut block = Block::new(&["prog"], &["A=1"]);
    let stack = block.stack();
    let copy = StackCopy::new(
        &stack,
        Placement::AppendVariable,
        LibraryPath {
            user: b"",
            libraries: [b"", b"/a"],
            c_library: CLibrary::Glibc,
        },
    );
    let mut short = vec![MaybeUninit::uninit(); copy.words() - 1];
    assert!(copy.write::<Memcpy>(&mut short, TRAMPOLINE).is_none());
}

/// What a copy of the loader's pointers, made by a constructor that calls `setenv`, leads to once the
/// program runs.
#[test]
fn ends_the_text_where_the_users_part_ends() {
    for user in ["", "/u", "/u:/v/w", "/longer/than/a/word:"] {
        let variable = format!("LD_LIBRARY_PATH={user}");
        let mut block = Block::new(&["prog"], &["A=1", &variable]);
        let seen = std::cell::Cell::new(None);
        copy(
            &mut block,
            Placement::ReplaceVariable(1),
            user,
            "/a:/b",
            |who, stack| {
                if who == "loader" {
                    seen.set(Some(stack.envp[1].address()));
                } else {
                    let text = std::ptr::with_exposed_provenance(seen.get().unwrap());
                    // SAFETY: the text is in the copy, which `copy` keeps until the end.
                    assert_eq!(unsafe { CStr::from_ptr(text) }.to_str().unwrap(), variable);
                }
            },
        );
    }
    let mut block = Block::new(&["prog"], &["A=1"]);
    let seen = std::cell::Cell::new(None);
    copy(
        &mut block,
        Placement::AppendVariable,
        "",
        "/a:/b",
        |who, stack| {
            if who == "loader" {
                seen.set(Some(stack.envp[1].address()));
            } else {
                let text = std::ptr::with_exposed_provenance(seen.get().unwrap());
                // SAFETY: as above.
                assert_eq!(unsafe { CStr::from_ptr(text) }, c"");
            }
        },
    );
}
