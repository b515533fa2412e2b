//! Files whose section headers are gone or make no sense: the program headers and the dynamic table are what counts.

use std::fs;

use crate::made::{DENSE, Made, PADDED, STORE_PATH, patch};

/// Where in the ELF header `e_shoff` and `e_shnum` are.
const OFFSET: usize = 40;
const COUNT: usize = 60;

fn edit(made: &Made) {
    let path = format!("$ORIGIN:{STORE_PATH}");
    let edits: [&[&str]; 5] = [
        &["--set-rpath", &path],
        &["--add-needed", "libm.so.6"],
        &["--add-rpath", "/b"],
        &["--set-execstack"],
        &["--remove-needed", "libm.so.6"],
    ];
    for edit in edits {
        drop(patch(edit, &[&made.app()]).succeeded());
        made.works();
    }
    drop(patch(&["--set-soname", &"long".repeat(100)], &[&made.library()]).succeeded());
    made.works();
}

fn change(made: &Made, how: impl Fn(&mut Vec<u8>)) {
    for file in [made.app(), made.library()] {
        let mut bytes = fs::read(&file).unwrap();
        how(&mut bytes);
        fs::write(&file, bytes).unwrap();
    }
}

#[test]
fn none_at_all() {
    for flags in [PADDED, DENSE] {
        let made = Made::new(flags);
        change(&made, |bytes| {
            bytes[OFFSET..OFFSET + 8].fill(0);
            bytes[COUNT..COUNT + 4].fill(0);
        });
        edit(&made);
    }
}

#[test]
fn none_and_the_file_ends_with_its_last_segment() {
    for flags in [PADDED, DENSE] {
        let made = Made::new(flags);
        change(&made, |bytes| {
            let table = u64::from_le_bytes(bytes[OFFSET..OFFSET + 8].try_into().unwrap());
            bytes.truncate(table as usize);
            bytes[OFFSET..OFFSET + 8].fill(0);
            bytes[COUNT..COUNT + 4].fill(0);
        });
        edit(&made);
    }
}

#[test]
fn beyond_the_end_of_the_file() {
    let made = Made::new(DENSE);
    change(&made, |bytes| bytes[OFFSET + 4] = 1);
    edit(&made);
}

#[test]
fn of_nonsense() {
    for seed in 0..4u64 {
        let made = Made::new(PADDED);
        change(&made, |bytes| {
            let table = u64::from_le_bytes(bytes[OFFSET..OFFSET + 8].try_into().unwrap()) as usize;
            let mut state = seed + 1;
            for byte in &mut bytes[table + 64..] {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                *byte = (state >> 56) as u8;
            }
        });
        made.works();
        // Sections that cannot be are told from what is mapped: nothing breaks, but there may be no room.
        for edits in [["--set-rpath", "$ORIGIN:/b"], ["--add-needed", "libm.so.6"]] {
            let _ = patch(&edits, &[&made.app()]);
            made.works();
        }
    }
}

#[test]
fn symbols_that_no_hash_table_has_keep_their_names() {
    // The linker's GNU hash table of a program that exports nothing is one of no symbols, though there are some.
    let made = Made::new(PADDED);
    let library = made.library();
    let flags = [
        "-no-pie",
        "-fno-pie",
        "-O1",
        library.to_str().unwrap(),
        "-Wl,-rpath,$ORIGIN",
    ];
    made.compile("app", "program.c", &flags);
    change(&made, |bytes| {
        bytes[OFFSET..OFFSET + 8].fill(0);
        bytes[COUNT..COUNT + 4].fill(0);
    });
    drop(patch(&["--set-rpath", "$ORIGIN:/aaaa"], &[&made.app()]).succeeded());
    made.works();
    edit(&made);
}

#[test]
fn zeros_behind_the_dynamic_table_are_not_padding() {
    // Bound at a start, all entries of the global offset table are zero in the file.
    let made = Made::new(&[PADDED, &["-Wl,-z,now", "-fno-plt"]].concat());
    change(&made, |bytes| {
        bytes[OFFSET..OFFSET + 8].fill(0);
        bytes[COUNT..COUNT + 4].fill(0);
    });
    for number in 0..24 {
        // Names of the one library by other names: more entries than there are spare ones.
        let name = format!("libm{number}.so");
        std::os::unix::fs::symlink("libmade.so", made.path(&name)).unwrap();
        drop(patch(&["--add-needed", &name], &[&made.app()]).succeeded());
        made.works();
    }
}
