//! The stub's pure half, carried out on a start as the stub does it, and put in the model's words.

use std::ffi::{CStr, CString};
use std::mem::MaybeUninit;

use loader_stub::baked::Baked;
use loader_stub::block::{Epilogue, StackCopy};
use loader_stub::c_library::CLibrary;
use loader_stub::env;
use loader_stub::library_path::LibraryPath;
use loader_stub::placement::Placement;
use loader_stub::plan::{self, Inputs, LOADER_FILE, LoaderPath, Mechanism};
use loader_stub::stack::{Entry, InitialStack, at};
use loader_stub::words::CopyBytes;

use crate::model::{Effect, Start, Way, library_path_argument};

const TRAMPOLINE: usize = 0x7ead;

/// Runs the pure half. `auxv` has no final entry yet. Asserts that the program sees, once the trampoline has
/// run, what it was started with.
pub fn effect(start: &Start, auxv: &[(usize, usize)], readable: impl Fn(&[u8]) -> bool) -> Effect {
    let mut block = Block::new(start, auxv);
    // SAFETY: `Block` lays it out as the kernel does, and lives until the end of this function.
    let stack = unsafe { InitialStack::from_pointer(block.words.as_mut_ptr()) };
    let text = |text: &Option<Vec<u8>>| text.as_ref().map(|text| c_string(text));
    let (loader, library_dir) = (text(&start.baked.0), text(&start.baked.1));
    let c_library = if start.musl {
        CLibrary::Musl
    } else {
        CLibrary::Glibc
    };
    let settings = env::scan(stack.envp, c_library);
    let inputs = Inputs {
        c_library,
        settings: &settings,
        secure: start.secure,
        baked: Baked {
            loader: loader.as_deref(),
            library_dir: library_dir.as_deref(),
            cache_place: start.baked.2.then_some(c"1 2"),
            ..Baked::default()
        },
        pin: None,
    };
    let plan = plan::decide(&inputs, |dir, file| {
        readable(&[dir, file.as_bytes()].concat())
    });

    let loaders = plan
        .loaders
        .iter()
        .flatten()
        .map(|candidate| match candidate.path {
            LoaderPath::File(path) => path.to_bytes().to_vec(),
            LoaderPath::Inside(dir) => [dir, LOADER_FILE.as_bytes()].concat(),
        });
    let way = |mechanism| match mechanism {
        Mechanism::Cache => Way::Cache,
        Mechanism::Environment => Way::Environment,
        Mechanism::Unreachable => Way::Not,
    };
    let libraries = plan
        .libraries
        .map(|libraries| (libraries.path.to_vec(), way(libraries.mechanism)));
    let loaders_path = match plan.libraries {
        Some(libraries) if libraries.mechanism == Mechanism::Environment => {
            let (placement, user) =
                Placement::choose(&stack, inputs.settings.user, c_library, start.direct);
            let path = LibraryPath {
                user: user.to_bytes(),
                libraries: [b"", libraries.path],
                c_library,
            };
            through_copy(&stack, StackCopy::new(&stack, placement, path), start)
        }
        _ => path_for_loader(&stack, start),
    };
    Effect {
        loaders: loaders.collect(),
        libraries,
        loaders_path,
    }
}

/// Copies bytes as the standard library does.
struct Plainly;

// SAFETY: it is `memcpy`.
unsafe impl CopyBytes for Plainly {
    unsafe fn copy_bytes(to: *mut u8, from: *const u8, count: usize) {
        // SAFETY: the caller's memory is there, and does not overlap.
        unsafe { from.copy_to_nonoverlapping(to, count) }
    }
}

/// Writes the copy, looks at it as the loader does, and again as the program does.
fn through_copy(stack: &InitialStack<'_>, copy: StackCopy<'_>, start: &Start) -> Option<Vec<u8>> {
    // Guards on both sides: nothing but the copy may be written.
    const GUARD: usize = 0x6a6a_6a6a;
    let size = copy.words();
    let mut memory = vec![MaybeUninit::new(GUARD); size + 8];
    assert!(
        copy.write::<Plainly>(&mut memory[4..size + 3], TRAMPOLINE)
            .is_none(),
        "a word is missing"
    );
    copy.write::<Plainly>(&mut memory[4..size + 4], TRAMPOLINE)
        .expect("it has as many words as it said");
    let pointer = memory[4..].as_mut_ptr().cast::<usize>();
    // SAFETY: the copy is a block, whose texts are in itself and in `stack`.
    let seen = unsafe { InitialStack::from_pointer(pointer) };
    let path = path_for_loader(&seen, start);
    if start.direct {
        assert_eq!(texts(seen.envp), start.envp, "children inherit nothing");
        assert_eq!(seen.auxv, stack.auxv);
    } else {
        let hidden: Vec<_> = without_path(texts(seen.envp));
        assert_eq!(
            hidden,
            without_path(start.envp.clone()),
            "nothing else changes"
        );
        // SAFETY: the epilogue stands behind the auxiliary vector, with addresses of the copy's words.
        unsafe {
            let epilogue = *seen.auxv.as_ptr_range().end.cast::<Epilogue>();
            assert_eq!(epilogue.entry, stack.aux(at::ENTRY));
            for restore in epilogue.restores {
                std::ptr::with_exposed_provenance_mut::<usize>(restore.address)
                    .write(restore.value);
            }
        }
        // SAFETY: as above.
        let seen = unsafe { InitialStack::from_pointer(pointer) };
        assert_eq!(texts(seen.argv), start.argv);
        let addresses = |entries: &[Entry<'_>]| {
            entries
                .iter()
                .map(|entry| entry.address())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            addresses(seen.envp),
            addresses(stack.envp),
            "entry for entry"
        );
        assert_eq!(meaning(&seen), meaning(stack));
    }
    for guard in memory[..4].iter().chain(&memory[size + 4..]) {
        // SAFETY: it was written when the vector was made.
        assert_eq!(unsafe { guard.assume_init() }, GUARD);
    }
    path
}

/// What an auxiliary vector says to one who takes the first entry of a kind.
fn meaning(stack: &InitialStack<'_>) -> Vec<(usize, usize)> {
    let mut entries: Vec<(usize, usize)> = Vec::new();
    for entry in stack.auxv.iter().filter(|entry| entry.kind != at::IGNORE) {
        if entry.kind != at::ENTRY || !entries.iter().any(|&(kind, _)| kind == at::ENTRY) {
            entries.push((entry.kind, entry.value));
        }
    }
    entries
}

fn without_path(mut entries: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    entries.retain(|entry| !entry.starts_with(b"LD_LIBRARY_PATH="));
    entries
}

/// The library path that a loader takes from its initial stack.
fn path_for_loader(stack: &InitialStack<'_>, start: &Start) -> Option<Vec<u8>> {
    let argument = if start.direct {
        library_path_argument(&texts(stack.argv), start.musl)
    } else {
        None
    };
    argument.or_else(|| {
        let entries = texts(stack.envp);
        let mut values = entries
            .iter()
            .filter_map(|entry| entry.strip_prefix(b"LD_LIBRARY_PATH="));
        let value = if start.musl {
            values.next()
        } else {
            values.next_back()
        };
        value.map(<[u8]>::to_vec)
    })
}

fn texts(entries: &[Entry<'_>]) -> Vec<Vec<u8>> {
    entries
        .iter()
        .map(|entry| entry.to_c_str().to_bytes().to_vec())
        .collect()
}

fn c_string(text: &[u8]) -> CString {
    CString::new(text).expect("there is no NUL in it")
}

/// An initial stack as the kernel lays it out, with the strings beside it.
struct Block {
    words: Vec<usize>,
    _texts: Vec<CString>,
}

impl Block {
    fn new(start: &Start, auxv: &[(usize, usize)]) -> Self {
        let texts: Vec<CString> = start
            .argv
            .iter()
            .chain(&start.envp)
            .map(|text| c_string(text))
            .collect();
        let address = |text: &CString| CStr::as_ptr(text).expose_provenance();
        let (argv, envp) = texts.split_at(start.argv.len());
        let mut words = vec![argv.len()];
        words.extend(argv.iter().map(address));
        words.push(0);
        words.extend(envp.iter().map(address));
        words.push(0);
        words.extend(auxv.iter().flat_map(|&(kind, value)| [kind, value]));
        words.extend([at::NULL, 0]);
        Self {
            words,
            _texts: texts,
        }
    }
}
