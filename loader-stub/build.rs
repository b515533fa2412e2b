//! How the stub is linked, one reason per argument, and what is fixed at build time.

use std::env;

const LINK_ARGUMENTS: [&str; 6] = [
    // There is no C library at this point of a process's life: its start-up code has nothing to start.
    "-nostartfiles",
    "-nostdlib",
    // The kernel places the stub where it likes, so that it does not collide with the program.
    "-static-pie",
    // A loader has no loader. gcc for riscv64 would name one even in a static-pie.
    "-Wl,--no-dynamic-linker",
    // Nothing looks the stub up by build-id, and without it the file depends on its source alone.
    "-Wl,--build-id=none",
    // Debuggers look for it, also in a stripped file. Of a program, GNU ld exports nothing by itself.
    "-Wl,--export-dynamic-symbol=_dl_debug_state",
];

fn main() {
    for argument in LINK_ARGUMENTS {
        println!("cargo::rustc-link-arg-bins={argument}");
    }
    // Where everything goes is said in the script.
    let directory = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    println!("cargo::rustc-link-arg-bins=-Wl,-T,{directory}/stub.ld");
    println!("cargo::rerun-if-changed=stub.ld");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=NIX_SYSTEM");
    println!("cargo::rerun-if-env-changed=DEFAULT_NIX_LD");
    println!("cargo::rustc-env=NIX_SYSTEM={}", nix_system());
    let default_loader = env::var("DEFAULT_NIX_LD").unwrap_or_default();
    println!(
        "cargo::rustc-env=DEFAULT_NIX_LD={}",
        default_loader.trim_end()
    );
}

/// The suffix of `NIX_LD_<system>`: the name of the system as Nix spells it, with an underscore.
fn nix_system() -> String {
    let system = env::var("NIX_SYSTEM").unwrap_or_else(|_| {
        let arch = env::var("CARGO_CFG_TARGET_ARCH").unwrap_or_default();
        format!("{}-linux", if arch == "x86" { "i686" } else { &arch })
    });
    system.replace('-', "_")
}
