//! Single-file programs: what is behind the ELF file stays where the program looks for it.

use std::fs;
use std::io::Write;
use std::process::Command;

use crate::common::Ran;
use crate::made::{DENSE, Made, PADDED, STORE_PATH, large_path, patch, run, size};

/// A program that looks for its payload in three ways: right behind the section headers, as runtimes of AppImage do; at an
/// offset that it has noted; and from the end of its file, where its size is. It prints what it finds.
const PROGRAM: &str = r#"
#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
__attribute__((section(".data"))) volatile long noted[2] = { 0x6e6f746564, 0 };
static void show(FILE *self, long at) {
    char text[9] = "";
    fseek(self, at, SEEK_SET);
    if (fread(text, 1, 8, self) != 8) strcpy(text, "nothing");
    printf("%s ", text);
}
int main(void) {
    FILE *self = fopen("/proc/self/exe", "rb");
    ElfW(Ehdr) header;
    long size;
    if (!self || fread(&header, sizeof header, 1, self) != 1) return 1;
    show(self, header.e_shoff + header.e_shnum * header.e_shentsize);
    show(self, noted[1]);
    fseek(self, -(long)sizeof size, SEEK_END);
    if (fread(&size, sizeof size, 1, self) != 1) return 1;
    fseek(self, 0, SEEK_END);
    show(self, ftell(self) - size);
    return 0;
}
"#;

const FOUND: &str = "PAYLOAD1 PAYLOAD1 PAYLOAD1 ";

fn single_file(flags: &[&str], payload: usize) -> Made {
    let made = Made::empty();
    made.write("program.c", PROGRAM);
    made.compile("app", "program.c", flags);
    let mut bytes = fs::read(made.app()).unwrap();
    let noted = bytes
        .windows(8)
        .position(|it| it == 0x6e_6f74_6564u64.to_le_bytes())
        .unwrap();
    let end = bytes.len() as u64;
    bytes[noted + 8..noted + 16].copy_from_slice(&end.to_le_bytes());
    bytes.extend(b"PAYLOAD1");
    bytes.resize(bytes.len() + payload, b'x');
    bytes.extend((8 + payload as u64 + 8).to_le_bytes());
    fs::write(made.app(), bytes).unwrap();
    made
}

#[test]
fn it_is_found_in_each_way() {
    let made = single_file(DENSE, 1000);
    assert_eq!(run(&made.app()).stdout, FOUND);
    // A negative control: the same bytes in other places.
    let mut bytes = fs::read(made.app()).unwrap();
    bytes.extend([0; 16]);
    fs::write(made.app(), bytes).unwrap();
    assert_ne!(run(&made.app()).stdout, FOUND);
}

#[test]
fn it_is_left_alone_where_there_is_padding() {
    let made = single_file(PADDED, 1000);
    let before = size(&made.app());
    let ran = patch(&["--set-rpath", STORE_PATH], &[&made.app()]).succeeded();
    assert!(ran.stderr.contains("it cannot be undone"), "{}", ran.stderr);
    assert_eq!(size(&made.app()), before);
    assert_eq!(run(&made.app()).stdout, FOUND);
}

#[test]
fn it_is_written_once_more_where_the_file_has_to_grow() {
    let made = single_file(DENSE, 1000);
    for edit in [
        large_path(),
        format!("/z:{}", large_path()),
        "/a".repeat(9000),
    ] {
        drop(patch(&["--set-rpath", &edit], &[&made.app()]).succeeded());
        assert_eq!(run(&made.app()).stdout, FOUND);
    }
    // Twice altogether, not once more for each edit.
    let bytes = fs::read(made.app()).unwrap();
    assert_eq!(bytes.windows(8).filter(|it| it == b"PAYLOAD1").count(), 2);
}

#[test]
fn a_large_one_is_not_and_a_pin_is_proposed() {
    let made = single_file(DENSE, 17 << 20);
    let before = size(&made.app());
    let refused = patch(&["--set-rpath", &large_path()], &[&made.app()]);
    let refused = refused.failed_with("there is no room in it, and it cannot be made longer");
    assert!(refused.stderr.contains("ldshim pin"), "{}", refused.stderr);
    assert_eq!(size(&made.app()), before);
    assert_eq!(run(&made.app()).stdout, FOUND);
}

#[test]
fn one_in_a_section_at_the_end_of_the_file_stays_there() {
    let made = single_file(DENSE, 0);
    made.write("data", "the contents");
    let data = format!("pydata={}", made.path("data").display());
    drop(
        Ran::of(
            Command::new("objcopy")
                .arg("--add-section")
                .arg(data)
                .arg(made.app()),
        )
        .succeeded(),
    );
    let section_at_end = |app: &std::path::Path| {
        // Some linkers write section headers first.
        let mut bytes = fs::read(app).unwrap();
        let table = u64::from_le_bytes(bytes[40..48].try_into().unwrap()) as usize;
        let count = usize::from(u16::from_le_bytes(bytes[60..62].try_into().unwrap()));
        let headers = bytes[table..table + count * 64].to_vec();
        bytes.truncate(table);
        bytes.resize(bytes.len() + headers.len(), 0);
        bytes[table..].copy_from_slice(&headers);
        let number = headers
            .chunks_exact(64)
            .position(|it| it[4..8] == 1u32.to_le_bytes() && it[32..40] == 12u64.to_le_bytes());
        let at = table + number.unwrap() * 64;
        let offset = (bytes.len() as u64).to_le_bytes();
        bytes[at + 24..at + 32].copy_from_slice(&offset);
        bytes.extend(b"the contents");
        fs::write(app, bytes).unwrap();
    };
    section_at_end(&made.app());
    let before = fs::read(made.app()).unwrap();
    let refused = patch(&["--set-rpath", &large_path()], &[&made.app()]);
    drop(refused.failed_with("it cannot be made longer"));
    assert!(fs::read(made.app()).unwrap() == before);
}

#[test]
fn a_payload_of_zeros_is_not_taken_for_padding() {
    let made = Made::new(PADDED);
    let length = size(&made.app());
    let mut file = fs::OpenOptions::new()
        .append(true)
        .open(made.app())
        .unwrap();
    file.write_all(&[0; 5000]).unwrap();
    drop(file);
    drop(
        patch(
            &["--set-rpath", &format!("$ORIGIN:{}", large_path())],
            &[&made.app()],
        )
        .succeeded(),
    );
    made.works();
    let bytes = fs::read(made.app()).unwrap();
    assert!(bytes[length as usize..][..5000].iter().all(|&it| it == 0));
    assert!(bytes[bytes.len() - 5000..].iter().all(|&it| it == 0));
}
