//! `ldshim explain`, of programs that carry something beside the program

use std::process::Command;

use serde_json::Value;

use crate::explain::{explain, json};
use crate::library_tree::LibraryTree;

fn tree() -> LibraryTree {
    let tree = LibraryTree::new();
    tree.file("main.c", "int main(void) { return 0; }");
    tree.cc(&["-o", "main", "main.c"]);
    tree
}

/// Adds a section to `main`, as a program of this name.
fn add_section(tree: &LibraryTree, name: &str, section: &str, content: &[u8]) {
    tree.file("content", content);
    let mut objcopy = Command::new("objcopy");
    let argument = format!("{section}={}", tree.path("content").display());
    objcopy
        .args(["--add-section", &argument])
        .arg(tree.path("main"));
    assert!(objcopy.arg(tree.path(name)).status().unwrap().success());
}

#[test]
fn payloads_in_sections_are_recognised() {
    let tree = tree();
    for (section, expected) in [
        (".bun", Value::from("Bun")),
        ("pydata", "PyInstaller".into()),
        (".staticx.archive", "staticx".into()),
        ("somebody", Value::Null),
    ] {
        add_section(&tree, "packed", section, &[7; 5000]);
        let payload = &json(&tree, &["packed"])["payload"];
        assert_eq!(payload["made_by"], expected, "{section}");
        assert_eq!(payload["bytes"], 5000);
        assert_eq!(payload["section"], section);
        let text = explain(&tree, &["packed"]).succeeded().stdout;
        assert!(
            text.contains(&format!("5000 bytes in its section {section};")),
            "{text}"
        );
        // What a runtime has as long as there is nothing in it, and what no tool of the kind makes.
        add_section(&tree, "empty", section, &[0; 8]);
        assert!(json(&tree, &["empty"])["payload"].is_null(), "{section}");
    }
    add_section(&tree, "comment", ".comment.more", &[7; 5000]);
    assert!(json(&tree, &["comment"])["payload"].is_null());
}

#[test]
fn a_payload_in_a_note_is_recognised() {
    let tree = tree();
    let note = "__asm__(\".pushsection .note.sea,\\\"a\\\",@note\\n.balign 4\\n.long 14,20,0\\n\\
                .asciz \\\"NODE_SEA_BLOB\\\"\\n.balign 4\\n.skip 20\\n.popsection\");";
    tree.file("note.c", note.replace("\\n\\\n", "\\n"));
    tree.cc(&["-o", "packed", "main.c", "note.c"]);
    let payload = &json(&tree, &["packed"])["payload"];
    assert_eq!(
        (&payload["made_by"], &payload["bytes"]),
        (&"Node".into(), &20.into())
    );
}

#[test]
fn a_single_file_of_dotnet_will_want_icu() {
    let tree = tree();
    // SHA-256 of ".net core bundle"
    let mark = [
        0x8b, 0x12, 0x02, 0xb9, 0x6a, 0x61, 0x20, 0x38, 0x72, 0x7b, 0x93, 0x02, 0x14, 0xd7, 0xa0,
        0x32, 0x13, 0xf5, 0xb9, 0xe6, 0xef, 0xae, 0x33, 0x18, 0xee, 0x3b, 0x2d, 0xce, 0x24, 0xb3,
        0x6a, 0xae,
    ];
    let mark = mark.map(|byte: u8| byte.to_string()).join(",");
    tree.file(
        "host.c",
        format!("const unsigned char mark[] = {{{mark}}};"),
    );
    tree.cc(&["-o", "host", "main.c", "host.c"]);
    let host = std::fs::read(tree.path("host")).unwrap();
    tree.executable("app", [&host[..], b"assemblies"].concat());
    let ran = explain(&tree, &["app"]).succeeded();
    assert!(
        ran.stdout.contains("payload (.NET)") && ran.stdout.contains("will want ICU"),
        "{ran:?}"
    );
    let invariant = br#"{"configProperties":{"System.Globalization.Invariant": true}}"#;
    tree.executable("app", [&host[..], invariant].concat());
    let ran = explain(&tree, &["app"]).succeeded();
    assert!(
        ran.stdout.contains("payload (.NET)") && !ran.stdout.contains("ICU"),
        "{ran:?}"
    );
    assert!(json(&tree, &["host"])["payload"].is_null());
}

#[test]
fn what_follows_a_script_is_recognised() {
    let tree = tree();
    let script = "#!/bin/sh\n# This script was generated using Makeself 2.5.0\nexit 0\n";
    tree.file(
        "installer.run",
        [script.as_bytes(), b"\x1f\x8b\x08\0", &[7; 100]].concat(),
    );
    let payload = &json(&tree, &["installer.run"])["payload"];
    assert_eq!(
        (&payload["made_by"], &payload["bytes"]),
        (&"Makeself".into(), &104.into())
    );
    tree.file("script", script);
    assert!(json(&tree, &["script"])["payload"].is_null());
}

#[test]
fn payloads_are_recognised() {
    let tree = LibraryTree::new();
    tree.file("main.c", "int main(void) { return 0; }");
    tree.cc(&["-o", "main", "main.c"]);
    let program = std::fs::read(tree.path("main")).unwrap();
    for (payload, expected) in [
        (&b"x\n---- Bun! ----\n"[..], "Bun"),
        (b"hsqs and more", "SquashFS"),
        (b"PK\x05\x06 and its end", "a zip file"),
    ] {
        tree.executable("packed", [&program, payload].concat());
        let report = json(&tree, &["packed"]);
        assert_eq!(report["payload"]["made_by"], expected);
        assert_eq!(report["payload"]["bytes"], payload.len());
        assert_eq!(report["starts"], true);
    }
    let mut image = program.clone();
    image[8..11].copy_from_slice(b"AI\x02");
    tree.executable("image", image);
    assert_eq!(
        json(&tree, &["image"])["payload"]["made_by"],
        "AppImage, type 2"
    );
    assert!(json(&tree, &["main"])["payload"].is_null());
}
