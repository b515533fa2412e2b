//! Libraries that need each other at random, in folders and with search paths taken at random.

use libtest_mimic::Trial;

use crate::answer::compare;
use crate::case::Case;
use crate::elf_file::ElfFile;
use crate::truth::{Environment, host_loader};

/// How many cases a test has; each is made from its number alone.
const CASES: u64 = 150;

const NAMES: [&str; 7] = [
    "liba.so",
    "libb.so",
    "libd.so",
    "libe.so",
    "libf.so.1",
    "libg.so.2",
    "libh.so",
];
const FOLDERS: [&str; 6] = [
    "x",
    "y",
    "z",
    "x/glibc-hwcaps/x86-64-v2",
    "y/glibc-hwcaps/x86-64-v3",
    "z/tls",
];

pub fn trials() -> Vec<Trial> {
    let trial = |first: u64| {
        Trial::test(format!("random::cases_from_{first}"), move || {
            for number in first..first + CASES {
                check(number)?;
            }
            Ok(())
        })
    };
    [0, CASES, 2 * CASES, 3 * CASES].map(trial).into()
}

/// Numbers that look random, by the xorshift of George Marsaglia.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % limit
    }

    fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

fn check(number: u64) -> Result<(), String> {
    let mut random = Random(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let case = Case::new();
    case.elf("main", file(&mut random, &case, 3));
    for _ in 0..6 + random.below(8) {
        let path = format!("{}/{}", random.of(&FOLDERS), random.of(&NAMES));
        if case.path(&path).symlink_metadata().is_ok() {
            continue;
        }
        match random.below(12) {
            0 => drop(case.elf(&path, ElfFile::new().of_32_bits())),
            1 => drop(case.elf(&path, ElfFile::new().machine(183))),
            2 => drop(case.link(
                &path,
                &format!("@/{}/{}", random.of(&FOLDERS), random.of(&NAMES)),
            )),
            _ => drop(case.elf(&path, file(&mut random, &case, 2))),
        }
    }
    let mut environment = Environment::new(&host_loader());
    if random.one_in(2) {
        environment = environment.library_path(case.text(&list(&mut random)));
    }
    if random.one_in(4) {
        environment = environment.preload(random.of(&NAMES));
    }
    let main = case.path("main");
    let ours = environment.ours().answer(&main).expect("it is an ELF file");
    if ours
        .failure
        .as_ref()
        .is_some_and(|it| it.ends_with("never ends"))
    {
        return Ok(());
    }
    let truth = environment.truth(&main);
    if ours == truth {
        return Ok(());
    }
    Err(format!("case {number}:\n{}", compare(&ours, &truth)))
}

fn file(random: &mut Random, case: &Case, needs: usize) -> ElfFile {
    let mut file = ElfFile::new();
    for _ in 0..random.below(needs + 1) + usize::from(needs > 2) {
        // With a program of which an auxiliary library needs the program's, some loaders never end.
        let kind = random.below(12).max(if needs > 2 { 2 } else { 0 });
        file = match kind {
            0 => file.auxiliary(random.of(&NAMES)),
            1 => file.filter(random.of(&NAMES)),
            3 => {
                file.needs(&case.text(&format!("@/{}/{}", random.of(&FOLDERS), random.of(&NAMES))))
            }
            2 => file.needs(&format!("$ORIGIN/../y/{}", random.of(&NAMES))),
            _ => file.needs(random.of(&NAMES)),
        };
    }
    if random.one_in(3) {
        file = file.soname(random.of(&NAMES));
    }
    if random.one_in(2) {
        file = file.rpath(&case.text(&list(random)));
    }
    if random.one_in(4) {
        file = file.runpath(&case.text(&list(random)));
    }
    if random.one_in(6) {
        file = file.offers_version("V_1");
    }
    if random.one_in(6) {
        file = file.flags_1(0x800);
    }
    file
}

/// A list of directories.
fn list(random: &mut Random) -> String {
    let elements = [
        "@/x",
        "@/y/",
        "@/z",
        "$ORIGIN",
        "$ORIGIN/../y",
        "${ORIGIN}/z",
        "/nonexistent",
        "@/x/$LIB",
        "@//x",
    ];
    let count = 1 + random.below(3);
    let chosen: Vec<_> = (0..count).map(|_| random.of(&elements)).collect();
    chosen.join(":")
}
