//! The parts of a root like that of NixOS where nothing is set up: Nix and a few commands, no loader, and an ldshim as nixpkgs would
//! build it, whose own loader is in the store.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use ldshim::sandbox::Root;

use crate::common::{self, Ran};

/// Where the machine's own files are in the root, for its Nix.
pub const MACHINE: &str = "/machine";
/// What the machine's programs start with there, and where their libraries are.
pub const MACHINE_LOADER: &str = "/machine/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2";
pub const MACHINE_LIBRARIES: &str = "/machine/usr/lib/x86_64-linux-gnu:/machine/usr/lib/nix";
/// Where NixOS has commands.
pub const COMMANDS: &str = "/run/current-system/sw/bin";
/// What is used of Nix, and of busybox.
const NIX: [&str; 4] = ["nix", "nix-store", "nix-instantiate", "nix-build"];
const APPLETS: [&str; 4] = ["sh", "ls", "cat", "env"];

/// The root, with commands that [`write_commands`] has written into a folder.
pub fn root(commands: &Path) -> Root {
    let busybox = busybox();
    Root::nixos_like()
        .bind_read_only("/usr", Path::new(MACHINE).join("usr"))
        .bind_read_only(commands, COMMANDS)
        .link(&busybox, "/bin/sh")
        .link(&busybox, "/usr/bin/env")
}

/// Writes the commands that the root has into a new folder.
pub fn write_commands(folder: &Path) {
    fs::create_dir(folder).expect("a folder");
    for applet in APPLETS {
        symlink(busybox(), folder.join(applet)).expect("a link");
    }
    for name in NIX {
        write_nix(&folder.join(name), name);
    }
}

fn busybox() -> PathBuf {
    common::store_path("busybox-static").join("bin/busybox")
}

/// Nix of this machine, with its own loader and libraries.
fn write_nix(file: &Path, name: &str) {
    let script = format!(
        "#!/bin/sh\nexec {MACHINE_LOADER} --argv0 {name} --library-path {MACHINE_LIBRARIES} {MACHINE}/usr/bin/{name} \"$@\"\n"
    );
    fs::write(file, script).expect("a file");
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).expect("it is ours");
}

/// The folder of an ldshim, and its stub, whose own loader and libraries are in the store.
pub fn tool() -> &'static Path {
    static TOOL: OnceLock<PathBuf> = OnceLock::new();
    TOOL.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(concat!(env!("CARGO_CRATE_NAME"), "-tool-of-nixos"));
        fs::create_dir_all(&folder).expect("a folder");
        let libraries = ["libc6", "libgcc-s1"].map(|it| common::store_path(it).join("lib"));
        let new = folder.join("new");
        fs::copy(env!("CARGO_BIN_EXE_ldshim"), &new).expect("a file");
        let mut patch = Command::new(env!("CARGO_BIN_EXE_ldshim"));
        let name = common::platform().loader();
        let loader = libraries[0].join(name.file_name().expect("a name"));
        patch.args(["patch", "--set-interpreter"]).arg(loader);
        let path = libraries
            .each_ref()
            .map(|it| it.display().to_string())
            .join(":");
        patch.args(["--set-rpath", &path]).arg(&new);
        Ran::of(&mut patch).succeeded();
        // For all users, whatever this one's umask.
        fs::set_permissions(&new, fs::Permissions::from_mode(0o755)).expect("it is ours");
        fs::rename(new, folder.join("ldshim")).expect("a file");
        let mut copy = Command::new("install");
        copy.args(["-m", "755"])
            .arg(common::stub())
            .arg(folder.join("nix-ld"));
        Ran::of(&mut copy).succeeded();
        folder
    })
}
