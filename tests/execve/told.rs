//! What explain says for people: each "no" names the object and the next step.

use crate::made::Made;
use crate::world::{At, User, World};

#[test]
fn each_no_names_the_object_and_the_next_step() {
    let made = Made::new();
    let world = World::new(&made);
    for (name, object, step) in [
        ("mode-644", "mode 0644", "chmod +x mode-644"),
        ("script-of-644", "mode 0644", "chmod +x /t/mode-644"),
        ("path/missing", "", ""),
        (
            "noexec/static",
            "/t/noexec is mounted with noexec",
            "TMPDIR",
        ),
        ("path", "it is a folder", "Name a program"),
        (
            "dynamic-needs-noexec",
            "/t/noexec/libneeded.so, a library that it needs, is on a file system",
            "TMPDIR",
        ),
        ("link-to-nothing", "link to nothing-here", ""),
        ("empty", "empty file", "Get it again"),
        ("text", "begins with #!", "#!/bin/sh"),
        ("html", "a page of a web server", "Get it again"),
        ("lfs", "a pointer of Git LFS", "git lfs pull"),
        (
            "link-text",
            "the text of a link to one-byte",
            "ln -sf one-byte link-text",
        ),
        ("zip", "a zip file", "Unpack it"),
        ("windows", "a program for Windows", "Get the one for Linux"),
        ("object.o", "an object file", "Link it"),
        (
            "debug-only",
            "debugging information only",
            "Start that program",
        ),
        ("debug-only-static", "nothing but debugging information", ""),
        (
            "static-machine-183",
            "64-bit AARCH64",
            "boot.binfmt.emulatedSystems",
        ),
        (
            "static-nothing-to-load",
            "no code is where it should begin",
            "",
        ),
        ("static-first-4096", "the file ends before", "Get it again"),
        (
            "static-offset-odd",
            "cannot be put into memory",
            "Get it again",
        ),
        ("crlf", "/bin/sh\\r is not there", "sed -i 's/\\r$//' crlf"),
        ("slashes-300", "256 bytes", "shorter path"),
        (
            "path-with-blank",
            "does not get /t/with blank/static",
            "without blanks",
        ),
        ("byte-order-mark", "byte order mark before its #!", "sed -i"),
        (
            "names-android",
            "/system/bin/linker64 is not there",
            "for Android",
        ),
        ("nested-8", "one for the other", ""),
        (
            "env-words",
            "tool --flag is not there",
            "#!/usr/bin/env -S tool --flag",
        ),
        (
            "env-assignment",
            "the script itself again",
            "#!/usr/bin/env -S NAME=VALUE PROGRAM",
        ),
        ("env-option", "does not know what -i tool", "-S"),
        (
            "names-missing",
            "/t/missing is not there: the loader",
            "ldshim patch --set-interpreter",
        ),
        (
            "names-in-the-store",
            "is not there: the loader",
            "nix-store --realise /nix/store/lmn7lwydprqibdkghw7wgcn21yhllz13-glibc-2.40-66;",
        ),
        ("names-script", "is no ELF file", "ldshim patch"),
        ("interp-size-0", "names none", "Get it again"),
        (
            "dynamic",
            "/lib64/ld-linux-x86-64.so.2 is not there",
            "programs.nix-ld.enable = true",
        ),
        ("dynamic", "", "ldshim run dynamic"),
    ] {
        let output = world.ldshim(At::Nothing, User::Own, &["explain", name]);
        let text = String::from_utf8(output.stdout).unwrap();
        let told = text.split("would not start\n").skip(1).collect::<String>();
        if name == "path/missing" {
            assert_eq!(output.status.code(), Some(2), "nothing is there");
            continue;
        }
        assert_eq!(output.status.code(), Some(1), "{name}: {text}");
        assert!(told.contains(object), "{name}: {text}");
        assert!(told.contains(step), "{name}: {text}");
    }
}
