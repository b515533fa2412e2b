//! What lies where in memory, against programs that the kernel has mapped: random segments.

use std::fs::{self, File};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use goblin::elf::program_header::{PF_R, PF_W, PF_X, PT_DYNAMIC, PT_LOAD, PT_NOTE};
use ldshim::elf::{Dynamic, Image, program_identity};
use libtest_mimic::Trial;
use loader_stub::identity::{Identity, Part};
use nix::sys::ptrace;
use nix::sys::wait::waitpid;
use nix::unistd::Pid;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

const PAGE: u64 = 0x1000;
/// Where segments are put: far from all that the kernel puts somewhere by itself.
const BASE: u64 = 0x1000_0000;
/// How many pages there can be something in.
const PAGES: u64 = 12;
const FILE_SIZE: u64 = 5 * PAGE + 0x321;
const HEADER: usize = 64;
const PROGRAM_HEADER: usize = 56;

/// `p_type`, `p_flags`, `p_offset`, `p_vaddr`, `p_filesz`, `p_memsz`
type Header = (u32, u32, u64, u64, u64, u64);

fn load() -> impl Strategy<Value = Header> {
    let flags = prop::sample::select(vec![PF_R, PF_R | PF_W, PF_R | PF_X]);
    let size = 1..3 * PAGE;
    let more = prop_oneof![2 => Just(0), 1 => 1..2 * PAGE];
    let pages = (0..5_u64, 0..8_u64, 0..PAGE);
    (flags, pages, size, more).prop_map(|(flags, (file, memory, in_page), size, more)| {
        let offset = file * PAGE + in_page;
        let size = size.min(FILE_SIZE - offset.min(FILE_SIZE - 1));
        let address = BASE + memory * PAGE + in_page;
        (PT_LOAD, flags, offset, address, size, size + more)
    })
}

/// Notes, or a dynamic section, somewhere.
fn table() -> impl Strategy<Value = Header> {
    let kind = prop::sample::select(vec![PT_NOTE, PT_DYNAMIC, PT_DYNAMIC]);
    (kind, 0..PAGES * PAGE / 16, 1..80_u64).prop_map(|(kind, at, entries)| {
        let size = 16 * entries;
        (kind, PF_R, 0, BASE + 16 * at, size, size)
    })
}

/// Some of the tags and values that count, and letters: all of it makes sense as a table and as strings.
fn contents() -> impl Strategy<Value = Vec<u8>> {
    let tag = prop::sample::select(vec![0_u64, 1, 1, 1, 5, 14, 15, 29, 0x6161]);
    let value = prop_oneof![
        0..9 * PAGE,
        (0..9 * PAGE).prop_map(|it| BASE + it),
        Just(0x62_0000_6363)
    ];
    let entry =
        (tag, value).prop_map(|(tag, value)| [tag.to_le_bytes(), value.to_le_bytes()].concat());
    prop::collection::vec(entry, 200..400).prop_map(|entries| {
        entries
            .concat()
            .into_iter()
            .cycle()
            .take(FILE_SIZE as usize)
            .collect()
    })
}

/// A program with these program headers, for this machine.
fn program(mut bytes: Vec<u8>, headers: &[Header]) -> Vec<u8> {
    let own = File::open("/proc/self/exe").unwrap();
    own.read_exact_at(&mut bytes[..HEADER], 0).unwrap();
    bytes[16..18].copy_from_slice(&2_u16.to_le_bytes());
    bytes[24..32].copy_from_slice(&BASE.to_le_bytes());
    bytes[32..40].copy_from_slice(&(HEADER as u64).to_le_bytes());
    bytes[40..48].fill(0);
    bytes[56..58].copy_from_slice(&u16::try_from(headers.len()).unwrap().to_le_bytes());
    bytes[58..64].fill(0);
    for (number, &(kind, flags, offset, address, in_file, in_memory)) in headers.iter().enumerate()
    {
        let at = HEADER + number * PROGRAM_HEADER;
        let words = [offset, address, address, in_file, in_memory, PAGE].map(u64::to_le_bytes);
        let header = [
            &kind.to_le_bytes()[..],
            &flags.to_le_bytes(),
            &words.concat(),
        ]
        .concat();
        bytes[at..at + PROGRAM_HEADER].copy_from_slice(&header);
    }
    bytes
}

/// What the kernel has mapped in each page when the program is about to begin; `None` if it refuses the program.
fn mapped(bytes: &[u8]) -> Option<Vec<Option<Vec<u8>>>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("program");
    fs::write(&path, bytes).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
    let mut command = Command::new(&path);
    command.stdin(Stdio::null());
    // SAFETY: the child makes one system call, which allocates nothing.
    #[allow(unsafe_code)]
    unsafe {
        command.pre_exec(|| Ok(ptrace::traceme()?));
    }
    let child = command.spawn().ok()?;
    let process = Pid::from_raw(child.id().cast_signed());
    // It has stopped, behind execve and before its first instruction; or the kernel has ended it.
    let is_stopped = matches!(
        waitpid(process, None),
        Ok(nix::sys::wait::WaitStatus::Stopped(..))
    );
    let memory = is_stopped.then(|| {
        let memory = File::open(format!("/proc/{process}/mem")).unwrap();
        let page = |number| {
            let mut page = vec![0; PAGE as usize];
            let read = memory.read_exact_at(&mut page, BASE + number * PAGE);
            read.is_ok().then_some(page)
        };
        (0..PAGES).map(page).collect()
    });
    if is_stopped {
        ptrace::kill(process).unwrap();
        waitpid(process, None).unwrap();
    }
    memory
}

/// The identity as the stub has it, of what is in memory.
fn identity_in_memory(bytes: &[u8], headers: &[Header], pages: &[Option<Vec<u8>>]) -> Identity {
    let parts = headers
        .iter()
        .map(|&(kind, flags, _, address, size, _)| Part {
            kind,
            flags,
            address,
            size,
            alignment: PAGE,
        });
    let table = &bytes[HEADER..][..headers.len() * PROGRAM_HEADER];
    // Gaps are zero here; what is asked for is never in one.
    let memory: Vec<u8> = pages
        .iter()
        .flat_map(|it| it.clone().unwrap_or(vec![0; PAGE as usize]))
        .collect();
    Identity::of(table, 8, parts, |range| {
        let at = |address: u64| usize::try_from(address.checked_sub(BASE)?).ok();
        memory.get(at(range.start)?..at(range.end)?)
    })
}

/// One case: the tool's view and the kernel's.
fn compare(contents: Vec<u8>, headers: &[Header]) -> Result<(), TestCaseError> {
    let bytes = program(contents, headers);
    let Some(pages) = mapped(&bytes) else {
        return Err(TestCaseError::reject("the kernel refuses it"));
    };
    let image = Image::parse(&bytes).unwrap();
    for (number, expected) in pages.iter().enumerate() {
        let address = BASE + number as u64 * PAGE;
        let seen = image.in_memory(address, PAGE as usize);
        let expected = expected.clone().unwrap_or_default();
        let differs = |(seen, expected): (&u8, &u8)| seen != expected;
        let first = seen.iter().zip(&expected).position(differs);
        prop_assert!(
            seen == expected,
            "page {number}: {} and {} bytes, different at {first:x?}",
            seen.len(),
            expected.len()
        );
    }
    let expected = identity_in_memory(&bytes, headers, &pages);
    prop_assert_eq!(program_identity(&image).short, expected);
    // Whatever it holds, it is read to its end.
    _ = Dynamic::of(&image);
    Ok(())
}

pub fn trials() -> Vec<Trial> {
    let cases = (
        contents(),
        prop::collection::vec(load(), 1..6),
        prop::collection::vec(table(), 0..3),
        any::<bool>(),
    );
    let run = move || {
        let config = ProptestConfig {
            cases: 300,
            failure_persistence: None,
            ..ProptestConfig::default()
        };
        let random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let mut runner = TestRunner::new_with_rng(config, random);
        let result = runner.run(&cases, |(contents, mut headers, tables, is_sorted)| {
            if is_sorted {
                headers.sort_by_key(|it| it.3);
            }
            headers.extend(tables);
            compare(contents, &headers)
        });
        result.map_err(|error| error.to_string().into())
    };
    // The programs are made by hand, for one architecture.
    match cfg!(target_arch = "x86_64") {
        true => vec![Trial::test(
            "layouts::the_tool_sees_what_the_kernel_has_mapped",
            run,
        )],
        false => Vec::new(),
    }
}
