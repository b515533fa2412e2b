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
