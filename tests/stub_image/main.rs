//! The stub's file: its shape and size (`shape.rs`), and, here, what a start costs in counts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use goblin::elf::program_header::PT_LOAD;
use ldshim::elf::{self, Segment};
use ldshim::library_env::Collection;
use ldshim::sandbox::Root;

#[path = "../common/mod.rs"]
#[expect(dead_code, unused_imports, reason = "other tests need more of it")]
mod common;
#[path = "../common/counts.rs"]
mod counts;
mod shape;
#[path = "../common/trace.rs"]
mod trace;

use counts::Counts;

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

/// A start to count: an empty program that names a loader, and where its libraries are found.
struct Start {
    folder: tempfile::TempDir,
    root: Root,
}

impl Start {
    fn new(interpreter: &Path) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let source = folder.path().join("empty.c");
        fs::write(&source, "int main(void) { return 0; }").unwrap();
        let mut cc = Command::new(platform().tool("gcc"));
        cc.arg("-o").arg(folder.path().join("empty")).arg(source);
        cc.arg(format!("-Wl,--dynamic-linker={}", interpreter.display()));
        assert!(cc.status().unwrap().success());

        let loader = loader();
        let mut collection = Collection::new(&loader).unwrap();
        let libc = loader.canonicalize().unwrap().with_file_name("libc.so.6");
        collection.add_library("libc.so.6".as_ref(), &libc);
        let env = folder.path().join("nld");
        collection.finish().unwrap().write(&env).unwrap();
        let root = Root::like_host().unwrap().bind(env, "/nld");
        Self { folder, root }
    }

    /// What the stub does in this start, in QEMU.
    fn counts(&self, stub: &Path, environment: &[(&str, &str)]) -> Counts {
        let program = self.folder.path().join("empty");
        let out = self.folder.path().join("counts");
        let place = (entry_point(stub), memory_size(stub));
        let mut command = counts::command(program.as_os_str(), environment, place, &out);
        self.root.apply_to(&mut command, "/");
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        counts::read(&out)
    }

    fn command(&self, environment: &[(&str, &str)]) -> Command {
        let mut command = trace::command(self.folder.path().join("empty"), environment);
        self.root.apply_to(&mut command, "/");
        command
    }
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

/// A variable and its value.
type Variable<'a> = (&'a str, &'a str);

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
        for (plan, environment) in plans(loader.to_str().unwrap()) {
            let start = Start::new(stub);
            let calls = if platform().is_host() {
                let mut command = start.command(&environment);
                trace::loaders_own_syscalls(&mut command, memory_size(stub)).len()
            } else {
                start.counts(stub, &environment).calls as usize
            };
            assert!((1..=limit).contains(&calls), "{plan}: {calls}");
            println!("{plan}: {calls} system calls of its own");
        }
    }
}

#[test]
fn adds_at_most_ten_thousand_instructions() {
    let loader = loader();
    // Of one build only: by which linker does not matter to what is executed.
    let stub = &release_stubs()[0];
    let start = Start::new(stub);
    for (plan, environment) in plans(loader.to_str().unwrap()) {
        let added = if platform().is_host() {
            let direct = Start::new(&loader);
            let count =
                |start: &Start| trace::instructions_to_entry(&mut start.command(&environment));
            let (direct, through_stub) = (count(&direct), count(&start));
            assert!(through_stub > direct, "{plan}: the counter counts");
            through_stub - direct
        } else {
            let control = Start::new(&loader).counts(&loader, &[("LD_LIBRARY_PATH", "/nld")]);
            assert!(control.instructions > 10_000, "the counter counts");
            start.counts(stub, &environment).instructions
        };
        assert!(
            (1..=10_000).contains(&added),
            "{plan}: {added} instructions"
        );
        println!("{plan}: {added} instructions added");
    }
}

/// The loader itself takes instructions for each directory, so here those of the stub are counted alone.
#[test]
fn takes_a_few_instructions_per_byte_of_a_library_path() {
    let loader = loader();
    let stub = &release_stubs()[0];
    let directories = twenty_directories() + ":/nld";
    let environment = [
        ("NIX_LD", loader.to_str().unwrap()),
        ("NIX_LD_LIBRARY_PATH", &directories),
    ];
    let start = Start::new(stub);
    let count = if platform().is_host() {
        let mut command = start.command(&environment);
        trace::loaders_own_instructions(&mut command, memory_size(stub))
    } else {
        start.counts(stub, &environment).instructions
    };
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
