//! The stub's file: its shape and size (`shape.rs`), and, here, what a start costs in counts.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use goblin::elf::program_header::PT_LOAD;
use ldshim::elf::{self, Segment};

#[path = "../common/mod.rs"]
#[expect(dead_code, unused_imports, reason = "other tests need more of it")]
mod common;
#[path = "../common/counts.rs"]
mod counts;
#[path = "../common/long_path.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod long_path;
mod shape;
mod start;
#[path = "../common/trace.rs"]
mod trace;

use start::{LIBRARY_ENV, STATE, Start, Variable};

use common::{build_stub, platform, target};

/// Every way in which the stub is built: by both profiles, and linked by rust-lld and by GNU ld; for another
/// architecture than the host's by GNU ld alone, for there is no other linker. The release builds come first.
fn stubs() -> &'static [PathBuf] {
    static STUBS: OnceLock<Vec<PathBuf>> = OnceLock::new();
    STUBS.get_or_init(|| {
        let platform = platform();
        let mut linkers = vec![(platform.stub_target(), "")];
        if platform.is_host() {
            linkers.push((target().join("gnu-ld"), "-Clinker-features=-lld"));
        }
        let build = |profile| {
            let linkers = linkers.iter();
            linkers.map(move |(target, flag)| build_stub(platform, profile, target, flag))
        };
        build("release").chain(build("dev")).collect()
    })
}

fn release_stubs() -> &'static [PathBuf] {
    &stubs()[..stubs().len() / 2]
}

fn segments(path: &Path) -> Vec<Segment> {
    let file = fs::File::open(path).unwrap();
    elf::segments(&file, &elf::identify(path).unwrap()).unwrap()
}

/// How many bytes of memory it spans.
fn memory_size(stub: &Path) -> u64 {
    let segments = segments(stub).into_iter();
    segments
        .map(|it| it.address + it.memory_size)
        .max()
        .unwrap()
}

/// As many directories as a development shell has, with paths as long as in the store.
fn twenty_directories() -> String {
    let directory = |number| format!("/nix/store/{number:032}-some-package-1.2.3-lib/lib");
    (0..20).map(directory).collect::<Vec<_>>().join(":")
}

/// The real loader.
fn loader() -> PathBuf {
    if platform().is_host() {
        platform().architecture.loader_path.into()
    } else {
        platform().loader()
    }
}

/// `e_entry` of the file.
fn entry_point(stub: &Path) -> u64 {
    const OFFSET: usize = 24;
    let bytes = fs::read(stub).unwrap();
    let field = &bytes[OFFSET..];
    match elf::identify(stub).unwrap().class {
        elf::Class::Bits32 => u32::from_le_bytes(field[..4].try_into().unwrap()).into(),
        elf::Class::Bits64 => u64::from_le_bytes(field[..8].try_into().unwrap()),
    }
}

/// The loader of the library environment.
const LIBRARY_ENV_LOADER: &str = "/nld/ld.so";

/// The plans, as the environment that leads to each.
fn plans(loader: &str) -> [(&'static str, Vec<Variable<'_>>); 3] {
    let libraries = |path| vec![("NIX_LD", loader), ("NIX_LD_LIBRARY_PATH", path)];
    [
        ("cache plan", libraries("/nld")),
        ("environment plan", libraries("/nld:/nowhere")),
        (
            "no libraries",
            // The host's cache has nothing for another architecture.
            vec![("NIX_LD", loader), ("LD_LIBRARY_PATH", "/nld")],
        ),
    ]
}

#[test]
fn makes_at_most_ten_system_calls_before_the_real_loader() {
    let loader = loader();
    // aarch64's loaders are aligned to 64 KiB. Where pages are smaller, addresses for that are reserved, and
    // given back at both ends: three calls. All others together are fewer there.
    let is_aligned = segments(&loader)
        .iter()
        .any(|it| it.kind == PT_LOAD && it.alignment > 4096);
    let limit = if is_aligned { 12 } else { 10 };
    for stub in release_stubs() {
        let start = Start::new(stub);
        for (plan, environment) in plans(loader.to_str().unwrap()) {
            let calls = start.system_calls(&environment);
            assert!((1..=limit).contains(&calls), "{plan}: {calls}");
            println!("{plan}: {calls} system calls of its own");
        }
    }
}

#[test]
fn takes_at_most_ten_thousand_instructions() {
    let loader = loader();
    // Of one build only: by which linker does not matter to what is executed.
    let start = Start::new(&release_stubs()[0]);
    let control = Start::new(&loader).instructions(&[("LD_LIBRARY_PATH", LIBRARY_ENV)]);
    assert!(control > 10_000, "the counter counts");
    for (plan, environment) in plans(loader.to_str().unwrap()) {
        let count = start.instructions(&environment);
        assert!(
            (1..=10_000).contains(&count),
            "{plan}: {count} instructions"
        );
        println!("{plan}: {count} instructions");
    }
}

/// The usual start: there is nothing to write, to ask or to look for.
#[test]
fn takes_at_most_eight_system_calls_with_a_prepared_loader() {
    let prepared = [("NIX_LD_LIBRARY_PATH", LIBRARY_ENV)];
    // The loader is one segment of constants and code, and one of data. Of those that are aligned to 64 KiB, addresses are
    // reserved, and given back.
    let is_aligned = segments(&loader())
        .iter()
        .any(|it| it.kind == PT_LOAD && it.alignment > 4096);
    let limit = if is_aligned { 10 } else { 7 };
    for stub in release_stubs() {
        let start = Start::prepared(stub);
        let calls = start.system_calls(&prepared);
        assert!((1..=limit).contains(&calls), "{calls}");
        let instructions = start.instructions(&prepared);
        assert!((1..=7_500).contains(&instructions), "{instructions}");
        println!("prepared: {calls} system calls, {instructions} instructions");
        let (_, unprepared) = &plans(LIBRARY_ENV_LOADER)[0];
        let control = Start::new(stub).system_calls(unprepared);
        assert!(control > calls, "the control: {control}");
        if platform().is_host() && cfg!(target_arch = "x86_64") {
            let start = Start::pinned(stub);
            let pinned = [("XDG_STATE_HOME", STATE)];
            let (calls, instructions) = (start.system_calls(&pinned), start.instructions(&pinned));
            assert!((1..=8).contains(&calls), "{calls}");
            assert!((1..=7_500).contains(&instructions), "{instructions}");
            println!("by a pin: {calls} system calls, {instructions} instructions");
        }
    }
}

/// A graphics driver, of which the names of the libraries are known.
#[test]
fn takes_no_more_for_libraries_of_which_the_names_are_known() {
    const DRIVER: &str = "/run/opengl-driver/lib";
    let loader = loader();
    let stub = &release_stubs()[0];
    let (_, environment) = &plans(loader.to_str().unwrap())[0];
    let counts = |start: Start| {
        let calls = start.system_calls(environment);
        (calls, start.instructions(environment))
    };
    let plain = counts(Start::new(stub));
    let known = counts(Start::with(stub, |collection| {
        collection.add_known_path(DRIVER.as_ref()).unwrap();
        let name = "libdriver.so.1";
        collection.add_library(name.as_ref(), &Path::new(DRIVER).join(name));
    }));
    assert_eq!(known, plain);
    let searched = counts(Start::with(stub, |collection| {
        collection.add_extra_path(DRIVER.as_ref()).unwrap();
    }));
    assert!(
        searched.0 > plain.0 && searched.1 > plain.1,
        "the control: {searched:?}, {plain:?}"
    );
}

#[test]
fn takes_a_few_instructions_per_byte_of_a_library_path() {
    let loader = loader();
    let directories = twenty_directories() + ":/nld";
    let environment = [
        ("NIX_LD", loader.to_str().unwrap()),
        ("NIX_LD_LIBRARY_PATH", &directories),
    ];
    let count = Start::new(&release_stubs()[0]).instructions(&environment);
    // x86 copies bytes by one instruction, which ptrace counts once and QEMU for each byte; others have a loop.
    let per_byte = if platform().name == "x86_64" { 8 } else { 14 };
    let limit = 6_000 + per_byte * directories.len() as u64;
    assert!(
        (1..=limit).contains(&count),
        "{count} instructions for {} bytes",
        directories.len()
    );
    println!(
        "{} bytes of directories: {count} instructions",
        directories.len()
    );
}

/// What ARCHITECTURE.md says of the cost of a large environment.
#[test]
fn takes_a_few_instructions_per_variable_and_none_per_byte_of_one() {
    const MORE: u64 = 100;
    const LONGER: u64 = 200;
    // On x86-64 it is 18 in the cache plan, and 30 where the environment is copied.
    let limit = if platform().is_host() { 40 } else { 60 };
    let loader = loader();
    let start = Start::new(&release_stubs()[0]);
    for (plan, base) in plans(loader.to_str().unwrap()) {
        let count = |variables: u64, bytes: u64| {
            let added = variables_of(variables, bytes);
            let added = added
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()));
            start.instructions(&base.iter().copied().chain(added).collect::<Vec<_>>())
        };
        let (few, many, long) = (
            count(10, 4),
            count(10 + MORE, 4),
            count(10 + MORE, 4 + LONGER),
        );
        let per_variable = (many - few).div_ceil(MORE);
        println!("{plan}: {per_variable} instructions per variable");
        assert!(
            (1..=limit).contains(&per_variable),
            "{plan}: {per_variable}"
        );
        assert_eq!(long, many, "{plan}: longer values cost nothing");
    }
}

/// Variables as programs have them, each with a value of so many bytes.
fn variables_of(count: u64, bytes: u64) -> Vec<(String, String)> {
    let value = "v".repeat(bytes as usize);
    (0..count)
        .map(|number| (format!("VARIABLE_{number:03}"), value.clone()))
        .collect()
}
