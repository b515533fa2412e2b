//! The stub's file: its shape, its size, and what a start costs in counts.
//!
//! What is asserted of the release build is what makes it quick. The debug build only has to be
//! something that the kernel can start and that needs nobody else.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use goblin::elf::program_header::{PF_W, PF_X, PT_GNU_STACK, PT_INTERP, PT_LOAD, PT_TLS};
use ldshim::elf::{self, Segment};
use ldshim::library_env::Collection;
use ldshim::sandbox::Root;
use loader_stub::{baked, layout};

#[path = "common/stub.rs"]
mod stub;
#[path = "common/trace.rs"]
mod trace;

use stub::{build_stub, target};

const LOADER: &str = "/lib64/ld-linux-x86-64.so.2";

/// Every way in which the stub is built: by both profiles, and linked by rust-lld and by GNU ld.
fn stubs() -> &'static [PathBuf] {
    static STUBS: OnceLock<Vec<PathBuf>> = OnceLock::new();
    STUBS.get_or_init(|| {
        let gnu_ld = target().join("gnu-ld");
        let flag = "-Clinker-features=-lld";
        vec![
            build_stub("release", target(), ""),
            build_stub("release", &gnu_ld, flag),
            build_stub("dev", target(), ""),
            build_stub("dev", &gnu_ld, flag),
        ]
    })
}

fn release_stubs() -> &'static [PathBuf] {
    &stubs()[..2]
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

/// The lines of readelf's output that have this text in them.
fn readelf(path: &Path, flag: &str, text: &str) -> Vec<String> {
    let output = Command::new("readelf")
        .args([flag, "-W"])
        .arg(path)
        .output()
        .unwrap();
    assert!(output.status.success());
    let output = String::from_utf8(output.stdout).unwrap();
    assert!(output.lines().count() > 1, "readelf {flag} printed nothing");
    output
        .lines()
        .filter(|line| line.contains(text))
        .map(str::to_owned)
        .collect()
}

#[test]
fn is_a_position_independent_program_that_needs_nobody() {
    for stub in stubs() {
        let identity = elf::identify(stub).unwrap();
        assert!(identity.is_shared_object(), "{}", stub.display());
        for kind in [PT_INTERP, PT_TLS] {
            let found = segments(stub).iter().any(|segment| segment.kind == kind);
            assert!(!found, "{}: segment {kind}", stub.display());
        }
        assert_eq!(readelf(stub, "-d", "NEEDED"), [""; 0], "{}", stub.display());
        let undefined = readelf(stub, "-s", " UND ");
        let named = undefined
            .iter()
            .filter(|line| !line.trim_end().ends_with("UND"));
        assert_eq!(named.count(), 0, "{}: {undefined:?}", stub.display());
    }
}

#[test]
fn has_no_executable_stack() {
    for stub in stubs() {
        let segments = segments(stub);
        let stack = segments.iter().find(|segment| segment.kind == PT_GNU_STACK);
        // The kernel does not look at it; tools do.
        assert_eq!(stack.unwrap().flags & PF_X, 0, "{}", stub.display());
    }
}

#[test]
fn has_no_segment_that_is_both_writable_and_executable() {
    for stub in stubs() {
        for segment in segments(stub) {
            assert_ne!(
                segment.flags & (PF_W | PF_X),
                PF_W | PF_X,
                "{}",
                stub.display()
            );
        }
    }
}

#[test]
fn has_no_relocations_but_relative_ones_and_in_a_release_none_at_all() {
    for stub in stubs() {
        let all = readelf(stub, "-r", "R_X86_64_");
        let relative = readelf(stub, "-r", "R_X86_64_RELATIVE");
        assert_eq!(all, relative, "{}", stub.display());
        assert_eq!(
            all.is_empty(),
            release_stubs().contains(stub),
            "{}",
            stub.display()
        );
    }
}

#[test]
fn is_one_read_only_mapping() {
    for stub in release_stubs() {
        let mut loads = segments(stub);
        loads.retain(|segment| segment.kind == PT_LOAD && segment.memory_size > 0);
        assert_eq!(loads.len(), 1, "{}: {loads:?}", stub.display());
        assert_eq!(loads[0].flags & PF_W, 0, "{}", stub.display());
    }
}

/// Kernels before 6.7 clear the rest of the page in which the interpreter's file ends, and kill the program
/// if they may not write there: `padzero` in `load_elf_interp`, fs/binfmt_elf.c.
#[test]
fn ends_on_a_page_boundary_or_where_the_kernel_may_write() {
    for stub in stubs() {
        let segments = segments(stub).into_iter();
        let loads = segments.filter(|segment| segment.kind == PT_LOAD && segment.file_size > 0);
        let last = loads.max_by_key(|segment| segment.address).unwrap();
        let end = last.address + last.file_size;
        let is_writable = last.flags & PF_W != 0;
        assert!(
            is_writable || end.is_multiple_of(4096),
            "{}: {end:#x}",
            stub.display()
        );
    }
}

#[test]
fn is_known_by_its_first_bytes() {
    for stub in stubs() {
        let section = elf::section(stub, baked::SECTION).unwrap().unwrap();
        assert_eq!(section.offset, baked::OFFSET as u64, "{}", stub.display());
        assert!(baked::OFFSET + baked::MAGIC.len() <= layout::HEAD_SIZE);
    }
}

#[test]
fn is_small() {
    for stub in release_stubs() {
        let stripped = stub.with_file_name("nix-ld-stripped");
        let strip = Command::new("strip")
            .arg("-o")
            .arg(&stripped)
            .arg(stub)
            .status();
        assert!(strip.unwrap().success());
        let size = fs::metadata(&stripped).unwrap().len();
        assert!(size <= 32 * 1024, "{}: {size} bytes", stub.display());
    }
}

#[test]
fn has_no_panic_machinery() {
    let panics = |stub: &Path| readelf(stub, "-s", "panicking").len();
    for stub in release_stubs() {
        assert_eq!(panics(stub), 0, "{}", stub.display());
        let bytes = fs::read(stub).unwrap();
        assert_eq!(memchr::memmem::find(&bytes, b"panicked"), None);
    }
    assert_ne!(panics(&stubs()[2]), 0, "the control: a debug build has it");
}

/// A start to count: an empty program that names a loader, and where its libraries are found.
struct Start {
    folder: tempfile::TempDir,
    root: Root,
}

impl Start {
    fn new(loader: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("empty.c");
        fs::write(&source, "int main(void) { return 0; }").unwrap();
        let mut cc = Command::new("cc");
        cc.arg("-o").arg(folder.path().join("empty")).arg(source);
        cc.arg(format!("-Wl,--dynamic-linker={}", loader.display()));
        assert!(cc.status().unwrap().success());

        let mut collection = Collection::new(Path::new(LOADER)).unwrap();
        let libc = Path::new(LOADER)
            .canonicalize()
            .unwrap()
            .with_file_name("libc.so.6");
        collection.add_library("libc.so.6".as_ref(), &libc);
        let env = folder.path().join("nld");
        collection.finish().unwrap().write(&env).unwrap();
        let root = Root::like_host().unwrap().bind(env, "/nld");
        Self { folder, root }
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

/// The plans, as the environment that leads to each.
const PLANS: [(&str, &[(&str, &str)]); 3] = [
    (
        "cache plan",
        &[("NIX_LD", LOADER), ("NIX_LD_LIBRARY_PATH", "/nld")],
    ),
    (
        "environment plan",
        &[("NIX_LD", LOADER), ("NIX_LD_LIBRARY_PATH", "/nld:/nowhere")],
    ),
    ("no libraries", &[("NIX_LD", LOADER)]),
];

#[test]
fn makes_at_most_ten_system_calls_before_the_real_loader() {
    for stub in release_stubs() {
        let size = memory_size(stub);
        for (plan, environment) in PLANS {
            let start = Start::new(stub);
            let calls = trace::loaders_own_syscalls(&mut start.command(environment), size);
            assert!((1..=10).contains(&calls.len()), "{plan}: {calls:?}");
            println!("{plan}: {} system calls of its own", calls.len());
        }
    }
}

#[test]
fn adds_at_most_ten_thousand_instructions() {
    let direct = Start::new(Path::new(LOADER));
    // Of one build only: by which linker does not matter to what is executed.
    let start = Start::new(&release_stubs()[0]);
    for (plan, environment) in PLANS {
        let count = |start: &Start| trace::instructions_to_entry(&mut start.command(environment));
        let (direct, through_stub) = (count(&direct), count(&start));
        assert!(through_stub > direct, "{plan}: the counter counts");
        let added = through_stub - direct;
        assert!(added <= 10_000, "{plan}: {added} instructions");
        println!("{plan}: {added} instructions added");
    }
}

/// The loader itself takes instructions for each directory, so here those of the stub are counted alone.
#[test]
fn takes_a_few_instructions_per_byte_of_a_library_path() {
    let stub = &release_stubs()[0];
    let directories = twenty_directories();
    let environment = [("NIX_LD", LOADER), ("NIX_LD_LIBRARY_PATH", &directories)];
    let start = Start::new(stub);
    let count =
        trace::loaders_own_instructions(&mut start.command(&environment), memory_size(stub));
    let limit = 6_000 + 8 * directories.len() as u64;
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
