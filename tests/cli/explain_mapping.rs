//! `ldshim explain`, of files whose tables reach beyond what their segments have of the file, as patchelf and auditwheel make
//! them: loaders map whole pages.

use std::fs;
use std::process::Command;

use ldshim::elf::{Identity, Image, section};

use crate::explain::{explain, json};
use crate::library_tree::{LibraryTree, loader};

/// A program that needs `liba.so`, which is not there, and whose first segment ends before that name in its string table.
fn tree() -> LibraryTree {
    let tree = LibraryTree::new();
    tree.file("a.c", "int a(void) { return 0; }");
    tree.file("main.c", "int a(void); int main(void) { return a(); }");
    tree.cc(&["-shared", "-o", "liba.so", "a.c"]);
    tree.cc(&[
        "-Wl,-z,separate-code",
        "-o",
        "main",
        "main.c",
        "-L.",
        "-la",
        "-Wl,-rpath,$ORIGIN/x",
    ]);
    fs::remove_file(tree.path("liba.so")).unwrap();
    let path = tree.path("main");
    let strings = section(&path, ".dynstr").unwrap().expect("a string table");
    let mut bytes = fs::read(&path).unwrap();
    let number = first_load(&bytes);
    let table = &bytes[strings.offset as usize..][..strings.size as usize];
    let name = table
        .windows(8)
        .position(|it| it == b"liba.so\0")
        .expect("the name");
    let size = (strings.offset + name as u64).to_le_bytes();
    // p_filesz and p_memsz of a 64-bit file: System V ABI, "Program Header".
    let header = 64 + 56 * number;
    bytes[header + 32..header + 40].copy_from_slice(&size);
    bytes[header + 40..header + 48].copy_from_slice(&size);
    fs::write(&path, bytes).unwrap();
    tree
}

fn first_load(bytes: &[u8]) -> usize {
    let image = Image::parse(bytes).unwrap();
    let Identity { class, .. } = image.identity;
    assert_eq!(class, ldshim::elf::Class::Bits64);
    image.segments.iter().position(|it| it.kind == 1).unwrap()
}

#[test]
fn names_beyond_the_end_of_a_segment_are_read_as_the_loader_reads_them() {
    let tree = tree();
    // The real loader sees the name.
    let ran = Command::new(loader())
        .arg(tree.path("main"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(
        said.contains("liba.so: cannot open shared object file"),
        "{said}"
    );
    let ran = explain(&tree, &["main"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stdout.contains("liba.so is missing"), "{}", ran.stdout);
    let report = json(&tree, &["main"]);
    assert_eq!(report["problems"][0]["name"], "liba.so");
}

/// A program that needs `liba.so`, which is there, and whose dynamic section was changed: `change` gets the entries.
fn damaged(change: impl Fn(&mut [[u64; 2]])) -> LibraryTree {
    let tree = LibraryTree::new();
    tree.file("a.c", "int a(void) { return 0; }");
    tree.file("main.c", "int a(void); int main(void) { return a(); }");
    tree.file("all/.keep", "");
    tree.cc(&["-shared", "-o", "all/liba.so", "a.c"]);
    tree.cc(&[
        "-o",
        "all/main",
        "main.c",
        "-Lall",
        "-la",
        "-Wl,-rpath,$ORIGIN",
    ]);
    explain(&tree, &["all/main"]).succeeded();
    let path = tree.path("all/main");
    let mut bytes = fs::read(&path).unwrap();
    let table = *Image::parse(&bytes).unwrap().segment(2).unwrap();
    let table = &mut bytes[table.offset as usize..][..table.file_size as usize];
    let word = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().unwrap());
    let entries = table.chunks_exact(16);
    let mut entries: Vec<_> = entries.map(|it| [word(&it[..8]), word(&it[8..])]).collect();
    change(&mut entries);
    for (place, entry) in table.chunks_exact_mut(8).zip(entries.iter().flatten()) {
        place.copy_from_slice(&entry.to_le_bytes());
    }
    fs::write(&path, bytes).unwrap();
    tree
}

#[test]
fn what_cannot_be_read_is_told_and_not_left_out() {
    // DT_NEEDED, whose name would be far outside of the file, and DT_STRTAB.
    let far = |tag: u64| {
        move |entries: &mut [[u64; 2]]| {
            let entry = entries.iter_mut().find(|it| it[0] == tag);
            entry.unwrap()[1] = 0x7000_0000;
        }
    };
    for (tag, what) in [
        (1, "the name of a library that it needs"),
        (5, "its RUNPATH"),
    ] {
        let tree = damaged(far(tag));
        let ran = explain(&tree, &["all/main"]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(
            ran.stdout.contains(&format!("main: {what} cannot be read")),
            "{ran:?}"
        );
        let report = json(&tree, &["all/main"]);
        assert_eq!(report["problems"][0]["problem"], "unreadable", "{report:#}");
        let ran = explain(&tree, &["--all", "all"]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.stdout.contains("cannot be read"), "{ran:?}");
        let loader = loader();
        let mut pin = Command::new(env!("CARGO_BIN_EXE_ldshim"));
        pin.env("NIX_LD", &loader)
            .env("XDG_STATE_HOME", tree.path("state"));
        let ran = pin
            .args(["pin", "--dry-run"])
            .arg(tree.path("all/main"))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(
            !ran.status.success() && said.contains("cannot be read"),
            "{said}"
        );
    }
}

#[test]
fn a_dynamic_section_that_is_not_mapped_is_told() {
    let tree = damaged(|_| {});
    let path = tree.path("all/main");
    let mut bytes = fs::read(&path).unwrap();
    let segments = Image::parse(&bytes).unwrap().segments;
    let number = segments.iter().position(|it| it.kind == 2).unwrap();
    // p_vaddr of PT_DYNAMIC
    bytes[64 + 56 * number + 16..][..8].copy_from_slice(&0x7000_0000_u64.to_le_bytes());
    fs::write(&path, bytes).unwrap();
    let ran = explain(&tree, &["all/main"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stdout.contains("its dynamic section cannot be read"),
        "{ran:?}"
    );
}
