//! Real programs that were made elsewhere, on a system that has glibc and nothing else.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::ground::{Ground, Ran};
use crate::common;
use crate::nix::text;

/// The loader that the programs name.
const LOADER: &[u8] = b"/lib64/ld-linux-x86-64.so.2\0";

/// A ground whose loader does not look into this machine's directories, as that of nixpkgs does not.
pub fn ground() -> Ground {
    let ground = Ground::new();
    let folder = ground.path("glibc");
    let mut copy = Command::new("cp");
    copy.args(["-a", "--no-preserve=ownership"]);
    let copied = copy.arg(common::store_path("libc6")).arg(&folder).status();
    assert!(copied.expect("cp").success());
    let mut chmod = Command::new("chmod");
    assert!(
        chmod
            .args(["-R", "u+w", text(&folder)])
            .status()
            .expect("chmod")
            .success()
    );
    let loader = folder.join("lib/ld-linux-x86-64.so.2");
    let mut bytes = fs::read(&loader).expect("a loader");
    replace(
        &mut bytes,
        b"/lib/x86_64-linux-gnu/",
        b"/non/x86_64-linux-gnu/",
    );
    replace(&mut bytes, b"/etc/ld.so.cache", b"/non/ld.so.cache");
    fs::write(&loader, bytes).expect("a loader");
    let glibc = ground.store("glibc");
    ground.use_glibc(&glibc);
    ground
}

fn replace(bytes: &mut [u8], from: &[u8], to: &[u8]) {
    let mut count = 0;
    while let Some(at) = memchr::memmem::find(bytes, from) {
        bytes[at..][..to.len()].copy_from_slice(to);
        count += 1;
    }
    assert!(count > 0, "{}", from.escape_ascii());
}

/// The executable of a program that `cargo xtask fetch` has unpacked.
pub fn fetched(name: &str) -> PathBuf {
    let (folder, program) = unpacked(name);
    folder.join(program["executable"].as_str().expect("a text"))
}

/// The folder of what `cargo xtask fetch` has unpacked, and what the list says of it.
pub fn unpacked(name: &str) -> (PathBuf, Value) {
    let all: Value =
        serde_json::from_str(include_str!("../../programs/programs.json")).expect("JSON");
    let mut all = all.as_array().expect("a list").iter();
    let program = all.find(|it| it["name"] == name).expect("the program");
    let version = program["version"].as_str().expect("a text");
    let folder = format!("programs/{name}-{version}");
    (common::target().join(folder), program.clone())
}

/// A copy of a program whose loader is the stub, at a path that is not longer: as if the stub were where programs
/// look for their loader, which is for root to do.
fn with_the_stub(ground: &Ground, program: &Path, copy: &Path) -> tempfile::TempDir {
    let short = tempfile::Builder::new().rand_bytes(6).tempdir_in("/tmp");
    let short = short.expect("a folder");
    let link = short.path().join("ld");
    symlink(&ground.stub, &link).expect("a link");
    let mut bytes = fs::read(program).expect("run `cargo xtask fetch` first");
    let mut place = text(&link).as_bytes().to_vec();
    assert!(place.len() < LOADER.len());
    place.resize(LOADER.len(), 0);
    replace(&mut bytes, LOADER, &place);
    fs::write(copy, bytes).expect("a file");
    fs::set_permissions(copy, fs::Permissions::from_mode(0o755)).expect("a file");
    short
}

/// The program does not start; it is pinned, and prints what it should.
fn is_pinned(name: &str, missing: &[&str], packages: &[&str], arguments: &[&str], printed: &str) {
    let ground = ground();
    let original = fetched(name);
    let program = ground.path("foreign");
    let _short = with_the_stub(&ground, &original, &program);
    ground.does_not_start(&program, missing[0]);
    let packages: Vec<_> = packages.iter().map(|it| common::store_path(it)).collect();
    let packages: Vec<_> = packages.iter().map(PathBuf::as_path).collect();
    ground.add_to_index(&packages);
    let said = ground.pin(&["--yes", "./foreign"]).succeeded().stdout;
    for library in missing {
        assert!(said.contains(&format!("{library}: missing")), "{said}");
    }
    let mut command = Command::new(&program);
    let home = original.parent().and_then(Path::parent).expect("a folder");
    command.args(arguments).env("PYTHONHOME", home);
    let ran = Ran::of(ground.in_session(&mut command)).succeeded();
    assert!(ran.stdout.contains(printed), "{ran:?}");
}

pub fn ninja_gets_its_libraries() {
    let missing = ["libstdc++.so.6", "libgcc_s.so.1"];
    is_pinned(
        "ninja",
        &missing,
        &["libstdc++6", "libgcc-s1"],
        &["--version"],
        "1.13",
    );
}

pub fn python_gets_its_libraries() {
    let missing = ["libz.so.1", "libexpat.so.1"];
    let script = "import zlib; print(zlib.crc32(b'abc'))";
    is_pinned(
        "python",
        &missing,
        &["zlib1g", "libexpat1"],
        &["-c", script],
        "891568578",
    );
}
