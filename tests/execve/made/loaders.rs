//! Programs whose loader is not that at the usual place.

use super::Made;

pub(super) fn make(made: &Made) {
    // A loader that ends the process with 0 as soon as it is started.
    made.other("loader", made.read("static-pie"));
    let loader = made.read("loader");
    let changed = |at: usize, bytes: &[u8]| {
        let mut changed = loader.clone();
        changed[at..at + bytes.len()].copy_from_slice(bytes);
        changed
    };
    made.other("loader-of-arm", changed(18, &[183, 0]));
    made.other("loader-of-x86", changed(18, &[3, 0]));
    made.other("loader-object", changed(16, &[1, 0]));
    made.other("loader-core", changed(16, &[4, 0]));
    made.other("loader-no-headers", changed(56, &[0, 0]));
    made.other("loader-phentsize", changed(54, &[32, 0]));
    made.other("loader-phoff", changed(32, &[0, 0, 0, 0, 0, 1]));
    made.other("loader-entry", changed(24, &[0, 0, 0, 0, 0, 0, 0, 0x80]));
    made.other("loader-class", changed(4, &[1]));
    made.other("loader-63", &loader[..63]);
    made.other("loader-64", &loader[..64]);
    made.other(
        "loader-script",
        "#!/t/loader\n# A text that is as long as a header is, and then some more of it.\n",
    );
    made.cc(&[
        "-static-pie",
        "-fPIE",
        "-nostdlib",
        "-Wl,-Ttext-segment=0x7000000",
        "-o",
        "loader-based",
        "static.c",
    ]);
    made.folder_of("closed-loaders");
    made.other("closed-loaders/loader", &loader);
    made.mode("closed-loaders", 0o600);
    made.link("loader-link-to-nothing", "nothing-here");
    for (name, interpreter) in [
        ("own", "/t/loader"),
        ("relative", "loader"),
        ("relative-dot", "./loader"),
        ("missing", "/t/missing"),
        (
            "in-the-store",
            "/nix/store/lmn7lwydprqibdkghw7wgcn21yhllz13-glibc-2.40-66/lib/ld-linux-x86-64.so.2",
        ),
        ("android", "/system/bin/linker64"),
        ("folder", "/t/path"),
        ("device", "/dev/null"),
        ("below-a-file", "/t/static/loader"),
        ("nowhere", "/t/link-to-nothing"),
        ("itself-link", "/t/link-to-itself"),
        ("link", "/t/link-to-loader"),
        ("noexec", "/t/noexec/static"),
        ("closed", "/t/closed-loaders/loader"),
        ("not-executable", "/t/loader-644"),
        ("static", "/t/static"),
        ("empty", "/t/empty"),
        ("text", "/t/text"),
        ("script", "/t/loader-script"),
        ("of-arm", "/t/loader-of-arm"),
        ("of-x86", "/t/loader-of-x86"),
        ("x86", "/t/x86"),
        ("object", "/t/loader-object"),
        ("core", "/t/loader-core"),
        ("no-headers", "/t/loader-no-headers"),
        ("phentsize", "/t/loader-phentsize"),
        ("phoff", "/t/loader-phoff"),
        ("entry", "/t/loader-entry"),
        ("class", "/t/loader-class"),
        ("63", "/t/loader-63"),
        ("64", "/t/loader-64"),
        ("based", "/t/loader-based"),
        ("library", "/t/library"),
        ("musl-missing", "/lib/ld-musl-missing.so.1"),
        ("x86-place", "/lib/ld-linux.so.2"),
    ] {
        let flag = format!("-Wl,--dynamic-linker,{interpreter}");
        let name = format!("names-{name}");
        made.cc(&["-o", &name, "main.c", &flag]);
        made.try_it(&name);
    }
    made.link("link-to-loader", "loader");

    // As NixOS's, which prints a message and ends.
    let text = "const char *text = \"Could not start dynamically linked executable\";\n";
    made.other(
        "stub-ld.c",
        format!(
            "{text}{}",
            super::STATIC.replace("xor %edi, %edi", "mov $127, %edi")
        ),
    );
    made.cc(&[
        "-static-pie",
        "-fPIE",
        "-nostdlib",
        "-o",
        "stub-ld",
        "stub-ld.c",
    ]);

    made.other("needed.c", "int needed;");
    made.other(
        "needs.c",
        "extern int needed; int main(void) { return needed; }",
    );
    made.cc(&["-shared", "-fPIC", "-o", "libneeded.so", "needed.c"]);
    for (name, folder) in [
        ("dynamic-needs", "/t"),
        ("dynamic-needs-noexec", "/t/noexec"),
    ] {
        let path = format!("-Wl,-rpath,{folder}");
        made.cc(&["-o", name, "needs.c", "-L.", "-lneeded", &path]);
        made.try_it(name);
    }
}
