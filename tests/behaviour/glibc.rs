//! The glibc whose loader is the real loader: that of the store, or another one that `LDSHIM_TEST_GLIBC`
//! names. `cargo xtask test` names several, one after the other.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::common::{platform, target};

/// The folder that `LDSHIM_TEST_GLIBC` names. It has `packages/libc6`, a link to the glibc's store path, and
/// may have `sysroot`, with its headers and what programs are linked with. It is of the host's architecture, and
/// does not count for others.
fn other() -> Option<PathBuf> {
    if !platform().is_host() {
        return None;
    }
    let folder = std::env::var_os("LDSHIM_TEST_GLIBC").filter(|value| !value.is_empty());
    folder.map(PathBuf::from)
}

/// The glibc's store path.
pub fn path() -> PathBuf {
    let Some(folder) = other() else {
        return platform().glibc();
    };
    let link = folder.join("packages/libc6");
    let path = link.canonicalize();
    path.unwrap_or_else(|error| panic!("{}: {error}; see LDSHIM_TEST_GLIBC", link.display()))
}

/// Its real loader, in the store.
pub fn loader() -> PathBuf {
    path().join("lib").join(platform().loader_name())
}

/// Where what is built for this glibc is kept.
pub fn build_folder() -> PathBuf {
    let mut name = OsString::from("behaviour");
    if !platform().is_host() {
        name.push("-");
        name.push(platform().name);
    }
    if let Some(other) = other().as_deref().and_then(Path::file_name) {
        name.push("-");
        name.push(other);
    }
    target().join(name)
}

/// The flags by which the compiler compiles for this glibc: an older one lacks symbols that the compiler's
/// own asks for, such as `__libc_start_main@GLIBC_2.34`.
pub fn compiler_flags() -> Vec<OsString> {
    let sysroot = other().map(|folder| folder.join("sysroot"));
    let Some(sysroot) = sysroot.filter(|sysroot| sysroot.is_dir()) else {
        return Vec::new();
    };
    let flag = |flag: &str, folder: &Path| {
        let mut flag = OsString::from(flag);
        flag.push(folder);
        flag
    };
    // The compiler looks beside itself for the files that every program begins and ends with, sysroot or not.
    // Its own library for static programs may want a newer glibc, and then the sysroot has an older one.
    let start_files = sysroot.join("usr/lib/x86_64-linux-gnu");
    let own = fs::read_dir(sysroot.join("usr/lib/gcc/x86_64-linux-gnu"));
    let own = own
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    let mut flags = vec![flag("--sysroot=", &sysroot), flag("-B", &start_files)];
    flags.extend(own.map(|folder| flag("-B", &folder)));
    flags
}

/// The `x` of this glibc's version `2.x`.
pub fn minor_version() -> u32 {
    const BANNER: &[u8] = b"GNU C Library ";
    const VERSION: &[u8] = b"release version 2.";
    let library = path().join("lib/libc.so.6");
    let bytes = fs::read(&library).expect("glibc's library");
    let banner = memchr::memmem::find(&bytes, BANNER).expect("what it prints when it is run");
    let version = memchr::memmem::find(&bytes[banner..], VERSION).expect("its version");
    let digits = bytes[banner + version + VERSION.len()..].iter();
    let digits = digits.take_while(|byte| byte.is_ascii_digit());
    digits.fold(0, |number, digit| number * 10 + u32::from(digit - b'0'))
}

/// Whether this glibc was built for its store path, as that of nixpkgs is: its built-in cache path is long.
pub fn is_from_a_store() -> bool {
    let loader = fs::read(loader()).expect("glibc's loader");
    let own_path = path();
    let in_store = [
        own_path.as_os_str().as_encoded_bytes(),
        b"/etc/ld.so.cache\0",
    ]
    .concat();
    memchr::memmem::find(&loader, &in_store).is_some()
}
