//! ELF files: headers that say something else, and files that are cut off or no program.

use super::Made;

/// An ELF file of class 64 whose headers can be changed.
#[derive(Clone)]
struct Headers(Vec<u8>);

impl Headers {
    fn set(&self, at: usize, bytes: &[u8]) -> Self {
        let mut changed = self.clone();
        changed.0[at..at + bytes.len()].copy_from_slice(bytes);
        changed
    }

    fn number(&self, at: usize) -> u64 {
        u64::from_le_bytes(self.0[at..at + 8].try_into().expect("eight bytes"))
    }

    /// Where the program header number `number` of this kind is.
    fn segment(&self, kind: u32, number: usize) -> usize {
        let count = usize::from(u16::from_le_bytes([self.0[56], self.0[57]]));
        let table = self.number(32) as usize;
        let mut places = (0..count).map(|it| table + 56 * it);
        let is_kind = |at: &usize| self.0[*at..*at + 4] == kind.to_le_bytes();
        places
            .by_ref()
            .filter(is_kind)
            .nth(number)
            .expect("a segment")
    }
}

const PT_LOAD: u32 = 1;
const PT_INTERP: u32 = 3;

/// Offsets in a program header.
const OFFSET: usize = 8;
const ADDRESS: usize = 16;
const FILE_SIZE: usize = 32;
const MEMORY_SIZE: usize = 40;
const FLAGS: usize = 4;
const ALIGNMENT: usize = 48;

pub(super) fn make(made: &Made) {
    for name in ["static", "dynamic"] {
        let program = Headers(made.read(name));
        header(made, name, &program);
        program_headers(made, name, &program);
        loads(made, name, &program);
        cut_off(made, name, &program);
    }
    loader_names(made);
    no_programs(made);
    x86(made);
}

fn header(made: &Made, name: &str, program: &Headers) {
    for at in 0..16 {
        for byte in [0, 1, 2, 9, 0xff] {
            if program.0[at] != byte && (at > 3 || byte == 0) {
                made.file(
                    &format!("{name}-ident-{at}-{byte}"),
                    program.set(at, &[byte]).0,
                );
            }
        }
    }
    for kind in [0u16, 1, 2, 3, 4, 5, 0xfe00, 0xffff] {
        // A program at fixed addresses that says it is not, or the other way round, crashes somewhere.
        let is_other = [2, 3].contains(&kind) && program.0[16] != kind as u8;
        if !is_other {
            made.file(
                &format!("{name}-type-{kind}"),
                program.set(16, &kind.to_le_bytes()).0,
            );
        }
    }
    for machine in [0u16, 2, 6, 8, 20, 40, 43, 50, 183, 243, 0xffff] {
        made.file(
            &format!("{name}-machine-{machine}"),
            program.set(18, &machine.to_le_bytes()).0,
        );
    }
    for (what, at, value) in [
        ("version", 20, 9u32.to_le_bytes()),
        ("flags", 48, 9u32.to_le_bytes()),
        ("header-size", 52, [9, 0, 56, 0]),
    ] {
        made.file(&format!("{name}-{what}"), program.set(at, &value).0);
    }
    for entry in [0u64, 1 << 47, u64::MAX, 0x10] {
        made.file(
            &format!("{name}-entry-{entry:x}"),
            program.set(24, &entry.to_le_bytes()).0,
        );
    }
    made.file(
        &format!("{name}-no-sections"),
        program.set(40, &[0xff; 8]).set(60, &[9, 0]).0,
    );
}

fn program_headers(made: &Made, name: &str, program: &Headers) {
    for size in [0u16, 32, 55, 57, 64] {
        made.file(
            &format!("{name}-phentsize-{size}"),
            program.set(54, &size.to_le_bytes()).0,
        );
    }
    for offset in [
        1u64 << 20,
        1 << 40,
        u64::MAX,
        1 << 63,
        program.0.len() as u64 - 10,
    ] {
        made.file(
            &format!("{name}-phoff-{offset:x}"),
            program.set(32, &offset.to_le_bytes()).0,
        );
    }
    // The table at the end of the file, filled up with headers of no kind. It may lie anywhere.
    let count = u16::from_le_bytes([program.0[56], program.0[57]]);
    let start = program.number(32) as usize;
    let table = &program.0[start..start + 56 * usize::from(count)];
    for (shift, more) in [
        (0, 0u16),
        (4, 0),
        (1, 0),
        (0, 40),
        (0, 60),
        (0, 61),
        (0, 73),
        (0, 300),
        (0, 1100),
        (0, 1170),
        (0, 1171),
    ] {
        let mut whole = program.0.clone();
        whole.resize(whole.len().next_multiple_of(4096) + shift, 0);
        let place = whole.len() as u64;
        whole.extend(table);
        whole.resize(whole.len() + 56 * usize::from(more), 0);
        let whole = Headers(whole).set(32, &place.to_le_bytes());
        // Whose dynamic loader finds its headers no more is another question.
        if name == "static" {
            made.file(
                &format!("{name}-headers-{shift}-{more}"),
                whole.set(56, &(count + more).to_le_bytes()).0,
            );
        }
    }
    made.file(&format!("{name}-phnum-0"), program.set(56, &[0, 0]).0);
    made.file(
        &format!("{name}-phnum-ffff"),
        program.set(56, &[0xff, 0xff]).0,
    );
}

fn loads(made: &Made, name: &str, program: &Headers) {
    let first = program.segment(PT_LOAD, 0);
    let code = program.segment(PT_LOAD, 1);
    for (what, at, value) in [
        (
            "offset-odd",
            code + OFFSET,
            program.number(code + OFFSET) + 1,
        ),
        ("offset-far", code + OFFSET, 1 << 40),
        ("offset-negative", code + OFFSET, 1 << 63),
        (
            "address-odd",
            code + ADDRESS,
            program.number(code + ADDRESS) + 1,
        ),
        ("address-high", code + ADDRESS, 1 << 47),
        ("address-highest", code + ADDRESS, !0xfff),
        (
            "file-size-larger",
            code + FILE_SIZE,
            program.number(code + MEMORY_SIZE) + 1,
        ),
        ("memory-size-less", code + MEMORY_SIZE, 1),
        ("memory-size-huge", code + MEMORY_SIZE, 1 << 50),
        ("memory-size-max", code + MEMORY_SIZE, u64::MAX),
        ("first-memory-size-max", first + MEMORY_SIZE, u64::MAX),
        ("alignment-odd", code + ALIGNMENT, 3),
        ("alignment-zero", code + ALIGNMENT, 0),
    ] {
        made.file(
            &format!("{name}-{what}"),
            program.set(at, &value.to_le_bytes()).0,
        );
    }
    made.file(
        &format!("{name}-no-code"),
        program.set(code + FLAGS, &[4]).0,
    );
    let mut without = program.clone();
    for number in (0..4).rev() {
        let at = (0..=number)
            .rev()
            .find_map(|it| has(program, it).then(|| program.segment(PT_LOAD, it)));
        without = without.set(at.expect("a segment"), &[0; 4]);
    }
    made.file(&format!("{name}-nothing-to-load"), without.0);
}

fn has(program: &Headers, number: usize) -> bool {
    let count = usize::from(u16::from_le_bytes([program.0[56], program.0[57]]));
    let table = program.number(32) as usize;
    let loads = (0..count).filter(|it| program.0[table + 56 * it] == 1);
    loads.count() > number
}

fn cut_off(made: &Made, name: &str, program: &Headers) {
    for length in [4, 16, 40, 63, 64, 65, 100, 120, 200, 400, 1000] {
        made.file(&format!("{name}-first-{length}"), &program.0[..length]);
    }
    let pages = program.0.len() / 4096;
    for page in 1..=pages {
        for length in [4096 * page, 4096 * page - 1, 4096 * page + 1] {
            if length < program.0.len() {
                made.file(&format!("{name}-first-{length}"), &program.0[..length]);
            }
        }
    }
    made.file(
        &format!("{name}-and-more"),
        [&program.0[..], b"more"].concat(),
    );
}

/// How a program names its loader.
fn loader_names(made: &Made) {
    let program = Headers(made.read("dynamic"));
    let at = program.segment(PT_INTERP, 0);
    let (place, length) = (
        program.number(at + OFFSET) as usize,
        program.number(at + FILE_SIZE),
    );
    for size in [0, 1, 2, 3, length - 1, length + 1, 4096, 4097, u64::MAX] {
        made.file(
            &format!("interp-size-{size:x}"),
            program.set(at + FILE_SIZE, &size.to_le_bytes()).0,
        );
    }
    for offset in [1u64 << 40, 1 << 63, program.0.len() as u64 - 5] {
        made.file(
            &format!("interp-offset-{offset:x}"),
            program.set(at + OFFSET, &offset.to_le_bytes()).0,
        );
    }
    made.file("interp-first-zero", program.set(place, b"\0").0);
    made.file(
        "interp-not-ended",
        program.set(place + length as usize - 1, b"x").0,
    );
    made.file(
        "interp-carriage-return",
        program.set(place + length as usize - 2, b"\r").0,
    );
    // A second one does not count, whatever it says.
    let note = program.segment(4, 0);
    made.file(
        "interp-twice",
        program.set(note, &PT_INTERP.to_le_bytes()).0,
    );
}

/// What is ELF and nothing to start.
fn no_programs(made: &Made) {
    made.cc(&["-c", "-o", "object.o", "main.c"]);
    made.try_it("object.o");
    made.cc(&["-g", "-o", "with-debug", "main.c"]);
    for (name, program) in [
        ("debug-only", "with-debug"),
        ("debug-only-static", "static"),
    ] {
        let status = std::process::Command::new("objcopy")
            .current_dir(made.folder())
            .args(["--only-keep-debug", program, name])
            .status();
        assert!(status.expect("objcopy").success());
        made.mode(name, 0o755);
        made.try_it(name);
    }
    made.cc(&["-shared", "-fPIC", "-o", "library-with-code.so", "main.c"]);
    made.try_it("library-with-code.so");
    made.cc(&["-r", "-nostdlib", "-o", "relocatable", "static.c"]);
    made.try_it("relocatable");
}

/// Programs of the 32-bit variant of the machine.
fn x86(made: &Made) {
    let program = made.read("x86");
    let changed = |at: usize, bytes: &[u8]| {
        let mut changed = program.clone();
        changed[at..at + bytes.len()].copy_from_slice(bytes);
        changed
    };
    made.file("x86-486", changed(18, &[6, 0]));
    made.file("x86-class-64", changed(4, &[2]));
    made.file("x86-x32", changed(18, &[62, 0]));
    made.file("x86-arm", changed(18, &[40, 0]));
    made.file("x86-phentsize", changed(42, &[56, 0]));
    made.file("x86-entry-0", changed(24, &[0; 4]));
    made.file("x86-first-52", &program[..52]);
}
