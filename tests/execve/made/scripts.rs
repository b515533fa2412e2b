//! Scripts: first lines of all kinds, interpreters of interpreters, and what `env` starts.

use super::Made;

pub(super) fn make(made: &Made) {
    lines(made);
    nested(made);
    env(made);
    no_formats(made);
}

fn lines(made: &Made) {
    let long = |length: usize| "x".repeat(length);
    let blanks = " ".repeat(300);
    for (number, line) in [
        "#!/t/static\n",
        "#!/t/static",
        "#! /t/static\n",
        "#!\t/t/static \t\n",
        "#!/t/static arg\n",
        "#!/t/static arg more of it \n",
        "#!/t/static ",
        "#!/t/static arg",
        "#!/t/static\r\n",
        "#!/t/static \r\n",
        "#!/t/static\0\n",
        "#!/t/static\0x\n",
        "#!/t/static\x0b\n",
        "#!/t/static\x0c\n",
        "#!/t/stat\0ic\n",
        "#!\n/t/static\n",
        "#!",
        "#! ",
        "#!\n",
        "#! \n",
        "#! \t \t\n",
        "#!\0",
        "#!\r\n",
        "#",
        "# !/t/static\n",
        " #!/t/static\n",
        "\n#!/t/static\n",
        "\u{feff}#!/t/static\n",
        "#!./static\n",
        "#!static\n",
        "#!path/../static\n",
        "#!/t/missing\n",
        "#!missing\n",
        "#!/t\n",
        "#!/t/path\n",
        "#!/t/static/below\n",
        "#!/t/pipe\n",
        "#!/dev/null\n",
        "#!/t/link-to-nothing\n",
        "#!/t/link-to-itself\n",
        "#!/t/link\n",
        "#!/t/text\n",
        "#!/t/empty\n",
        "#!/t/library\n",
        "#!/t/object.o\n",
        "#!/t/dynamic\n",
        "#!/t/x86\n",
        "#!\"/t/static\"\n",
        "#!/t/static;\n",
        "#!'/t/static'\n",
        "#!/t/sta\\tic\n",
        "#!$VALUE\n",
        "#!~/static\n",
        "#!/bin/sh\nexit 0\n",
        "#!/bin/sh -e\nexit 0\n",
        "#!/bin/sh\nexit 3\n",
        "#!/bin/sh\r\nexit 0\r\n",
    ]
    .iter()
    .enumerate()
    {
        // What a script itself does is not explained.
        if !line.contains("exit 3") {
            made.file(&format!("line-{number}"), line);
        }
    }
    for length in [
        240, 245, 246, 247, 248, 249, 250, 251, 252, 253, 254, 255, 256, 300,
    ] {
        // A path of many slashes, and a line of that length.
        let path = format!("{}t/static", "/".repeat(length - 10));
        made.file(&format!("slashes-{length}"), format!("#!{path}\n"));
        made.file(&format!("slashes-blank-{length}"), format!("#!{path} x\n"));
        made.file(&format!("slashes-end-{length}"), format!("#!{path}"));
        made.file(
            &format!("argument-{length}"),
            format!("#!/t/static {}\n", long(length)),
        );
        made.file(
            &format!("blanks-{length}"),
            format!("#!{}/t/static\n", &blanks[..length - 2]),
        );
        let blanks = &blanks[..length - 13];
        made.file(
            &format!("blanks-behind-{length}"),
            format!("#!/t/static{blanks}\n"),
        );
    }
    made.folder_of("with blank");
    made.other("with blank/static", made.read("static"));
    made.file("path-with-blank", "#!/t/with blank/static\n");
    made.file("byte-order-mark", "\u{feff}#!/t/static\n");
    made.file("all-blanks", format!("#!{blanks}"));
    made.file("name-too-long", format!("#!/t/{}\n", long(250)));
    made.file("part-too-long", format!("#!/{}\n", long(256)));
}

fn nested(made: &Made) {
    made.file("nested-1", "#!/t/static\n");
    for depth in 2..=8 {
        made.file(
            &format!("nested-{depth}"),
            format!("#!/t/nested-{}\n", depth - 1),
        );
        made.file(
            &format!("nested-missing-{depth}"),
            format!("#!/t/nested-missing-{}\n", depth - 1),
        );
    }
    made.file("nested-missing-1", "#!/t/missing\n");
    made.file("names-itself", "#!/t/names-itself\n");
    made.file("names-back", "#!/t/names-around\n");
    made.file("names-around", "#!/t/names-back\n");
    made.file("nested-not-executable", "#!/t/script-not-executable\n");
    made.file("nested-carriage-return", "#!/t/line-8\n");
}

fn env(made: &Made) {
    let program = made.read("static");
    made.other("path/tool", &program);
    made.other("path/tool with words", &program);
    made.other("path/not-executable", &program);
    made.mode("path/not-executable", 0o644);
    made.other("path2/not-executable", &program);
    made.other("path/only-not-executable", &program);
    made.mode("path/only-not-executable", 0o644);
    made.other("path/without-interpreter", "#!/t/missing\n");
    made.other("path2/without-interpreter", &program);
    made.other("path/plain-text", "exit 0\n");
    made.other("path/damaged", "\x7fELF and nothing more\n");
    made.other("path/crlf", "#!/bin/sh\r\nexit 0\n");
    made.other("path/again", "#!/usr/bin/env again\n");
    for (number, argument) in [
        "tool",
        " tool ",
        "tool\r",
        "tool --flag",
        "tool with words",
        "-S tool --flag",
        "-Stool",
        "-S  tool\targ",
        "-S A=1 B=2 tool",
        "-S 'tool' 'x y'",
        "-S \"tool\"",
        "-S to\\_ol",
        "-S to'ol'",
        "-S -i tool",
        "-S -i PATH=/t/path tool",
        "-S PATH=/nowhere tool",
        "-S -u PATH tool",
        "-S -u VALUE tool",
        "-S -v tool",
        "-vS tool",
        "-iS PATH=/t/path tool",
        "-S # tool",
        "-S tool # x",
        "-S ${VALUE}",
        "-S /t/${VALUE}",
        "-S tool \\c x",
        "-S missing-tool",
        "--split-string=tool --flag",
        "--split-string tool",
        "-S -- tool",
        "-S --ignore-environment PATH=/t/path tool",
        "-S --unset=VALUE tool",
        "--",
        "-",
        "-i",
        "-i tool",
        "-x tool",
        "-S -x tool",
        "--no-such-option",
        "A=1",
        "A=1 tool",
        "",
        "missing-tool",
        "/t/static",
        "/t/missing",
        "./static",
        "not-executable",
        "only-not-executable",
        "without-interpreter",
        "plain-text",
        "damaged",
        "crlf",
        "again",
        "--version",
        "--help",
    ]
    .iter()
    .enumerate()
    {
        made.file(
            &format!("env-{number}"),
            format!("#!/usr/bin/env {argument}\nexit 0\n"),
        );
    }
    for (name, line) in [
        ("crlf", "#!/bin/sh\r"),
        ("env-alone", "#!/usr/bin/env"),
        ("env-words", "#!/usr/bin/env tool --flag"),
        ("env-assignment", "#!/usr/bin/env A=1 tool"),
        ("env-option", "#!/usr/bin/env -i tool"),
    ] {
        made.file(name, format!("{line}\nexit 0\n"));
    }
}

/// What no format of the kernel's is.
fn no_formats(made: &Made) {
    made.file("empty", "");
    made.file("text", "echo hello\n");
    made.file("one-byte", "x");
    made.file("zeros", [0; 5000]);
    made.file("windows", b"MZ\x90\0\x03\0\0\0");
    made.file("zip", b"PK\x03\x04\x14\0");
    made.file("macos", [0xcf, 0xfa, 0xed, 0xfe, 7, 0, 0, 1]);
    made.file("gzip", [0x1f, 0x8b, 8, 0]);
    made.file("archive", "!<arch>\n");
    made.file("python", [0xa7, 0x0d, 0x0d, 0x0a]);
    made.file("html", "<!DOCTYPE html>\n<html>404 Not Found</html>\n");
    made.file("lfs", "version https://git-lfs.github.com/spec/v1\n");
    made.file("link-text", "one-byte");
}
