//! How the stub is linked, one reason per argument, and what is fixed at build time.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

const LINK_ARGUMENTS: [&str; 5] = [
    // There is no C library at this point of a process's life: its start-up code has nothing to start.
    "-nostartfiles",
    "-nostdlib",
    // The kernel places the stub where it likes, so that it does not collide with the program.
    "-static-pie",
    // A loader has no loader. gcc for riscv64 would name one even in a static-pie.
    "-Wl,--no-dynamic-linker",
    // Nothing looks the stub up by build-id, and without it the file depends on its source alone.
    "-Wl,--build-id=none",
];

/// The programs: the stub, and the entry of bundled programs.
const PROGRAMS: [&str; 2] = ["nix-ld", "bundle-entry"];

/// Debuggers look for it, also in a stripped file. Of a program, GNU ld exports nothing by itself.
const OF_STUB: &str = "-Wl,--export-dynamic-symbol=_dl_debug_state";

fn main() -> io::Result<()> {
    for argument in LINK_ARGUMENTS {
        println!("cargo::rustc-link-arg-bins={argument}");
    }
    // Where everything goes is said in the script.
    for program in PROGRAMS {
        let script = write_script(program)?;
        let script = script.display();
        println!("cargo::rustc-link-arg-bin={program}=-Wl,-T,{script}");
    }
    println!("cargo::rustc-link-arg-bin=nix-ld={OF_STUB}");
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
    Ok(())
}

/// Writes the linker script of a program for this profile: without the lines for others.
fn write_script(program: &str) -> io::Result<PathBuf> {
    let variable = |name| env::var(name).map_err(io::Error::other);
    let marks = [program, &variable("PROFILE")?].map(|it| format!("[{it}]"));
    let lines = include_str!("stub.ld").lines().filter_map(|line| {
        let is_marked = line.starts_with('[');
        let text = marks.iter().find_map(|mark| line.strip_prefix(mark));
        text.or((!is_marked).then_some(line))
    });
    let script = Path::new(&variable("OUT_DIR")?).join(format!("{program}.ld"));
    let lines: Vec<_> = lines.collect();
    fs::write(&script, lines.join("\n"))?;
    Ok(script)
}

/// The suffix of `NIX_LD_<system>`: the name of the system as Nix spells it, with an underscore.
fn nix_system() -> String {
    let system = env::var("NIX_SYSTEM").unwrap_or_else(|_| {
        let arch = env::var("CARGO_CFG_TARGET_ARCH").unwrap_or_default();
        format!("{}-linux", if arch == "x86" { "i686" } else { &arch })
    });
    system.replace('-', "_")
}
