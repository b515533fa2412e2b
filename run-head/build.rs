//! How the head is linked, one reason per argument.

const LINK_ARGUMENTS: [&str; 8] = [
    // It runs where there may be no C library that fits.
    "-nostartfiles",
    "-nostdlib",
    // At a fixed address, so that nothing in it has to be relocated before it can do anything.
    "-no-pie",
    // The kernel starts it without a loader, for it needs no library. `-static` would say that too, but GNU ld takes offence at
    // the libraries that the crate libc names, though nothing of them is used.
    "-Wl,--no-dynamic-linker",
    "-Wl,--as-needed",
    // Nothing looks it up by build-id, and without it the file depends on its source alone.
    "-Wl,--build-id=none",
    "-Wl,-z,noexecstack",
    // Each bundle has a copy of it.
    "-Wl,--strip-all",
];

fn main() {
    for argument in LINK_ARGUMENTS {
        println!("cargo::rustc-link-arg-bins={argument}");
    }
    println!("cargo::rerun-if-changed=build.rs");
}
