//! For which architecture the stub is tried, and with what.
//!
//! It is the host's, unless `LDSHIM_TEST_ARCH` names another one, as `cargo xtask test --arch` does. Programs of
//! another architecture are run by QEMU, those of i686 by an x86-64 kernel itself.

use std::env;
use std::path::PathBuf;

use ldshim::elf::Architecture;

use super::stub::target;

/// An architecture, and the tools for it.
#[derive(Debug)]
pub struct Platform {
    /// What ldshim knows of it.
    pub architecture: &'static Architecture,
    /// Its name in `LDSHIM_TEST_ARCH`, the first part of [`Self::rust_target`] or nearly so.
    pub name: &'static str,
    /// What Rust calls it.
    pub rust_target: &'static str,
    /// What its compiler's and its binutils' names begin with.
    pub gnu: &'static str,
    /// The Debian package of its glibc for cross builds.
    cross_glibc: &'static str,
    /// The name that QEMU gives it.
    pub qemu: &'static str,
    /// What its relocations are called in `readelf -r`.
    pub relocations: &'static str,
}

const X86_64: Platform = Platform {
    architecture: Architecture::X86_64,
    name: "x86_64",
    rust_target: "x86_64-unknown-linux-gnu",
    gnu: "x86_64-linux-gnu",
    cross_glibc: "libc6-amd64-cross",
    qemu: "x86_64",
    relocations: "R_X86_64_",
};

const I686: Platform = Platform {
    architecture: Architecture::I686,
    name: "i686",
    rust_target: "i686-unknown-linux-gnu",
    gnu: "i686-linux-gnu",
    cross_glibc: "libc6-i386-cross",
    qemu: "i386",
    relocations: "R_386_",
};

const AARCH64: Platform = Platform {
    architecture: Architecture::AARCH64,
    name: "aarch64",
    rust_target: "aarch64-unknown-linux-gnu",
    gnu: "aarch64-linux-gnu",
    cross_glibc: "libc6-arm64-cross",
    qemu: "aarch64",
    relocations: "R_AARCH64_",
};

const RISCV64: Platform = Platform {
    architecture: Architecture::RISCV64,
    name: "riscv64",
    rust_target: "riscv64gc-unknown-linux-gnu",
    gnu: "riscv64-linux-gnu",
    cross_glibc: "libc6-riscv64-cross",
    qemu: "riscv64",
    relocations: "R_RISCV_",
};

static ALL: [Platform; 4] = [X86_64, I686, AARCH64, RISCV64];

/// The platform for which the tests are run.
pub fn platform() -> &'static Platform {
    match env::var("LDSHIM_TEST_ARCH") {
        Ok(name) if !name.is_empty() => named(&name),
        _ => named(host()),
    }
}

fn named(name: &str) -> &'static Platform {
    let found = ALL.iter().find(|platform| platform.name == name);
    found.unwrap_or_else(|| panic!("LDSHIM_TEST_ARCH: there are no tests for {name}"))
}

/// The host's name.
fn host() -> &'static str {
    match env::consts::ARCH {
        "x86" => "i686",
        name => name,
    }
}

impl Platform {
    /// All of which the store has a glibc: the host's and those of cross builds.
    pub fn available() -> impl Iterator<Item = &'static Platform> {
        ALL.iter()
            .filter(|platform| platform.is_host() || platform.name != "x86_64")
    }

    /// Whether it is the host's.
    pub fn is_host(&self) -> bool {
        self.name == host()
    }

    /// Whether the host's kernel cannot run its programs.
    pub fn needs_emulation(&self) -> bool {
        !self.is_host() && (self.name != "i686" || host() != "x86_64")
    }

    /// The C compiler, or another tool of GCC or the binutils.
    pub fn tool(&self, name: &str) -> String {
        match (self.is_host(), name) {
            (true, "gcc") => env::var("CC").unwrap_or_else(|_| "cc".to_owned()),
            (true, _) => name.to_owned(),
            (false, _) => format!("{}-{name}", self.gnu),
        }
    }

    /// The store path of its glibc.
    pub fn glibc(&self) -> PathBuf {
        let package = if self.is_host() {
            "libc6"
        } else {
            self.cross_glibc
        };
        super::store_path(package)
    }

    /// The folder of its glibc's libraries, in the store.
    pub fn glibc_folder(&self) -> PathBuf {
        self.glibc().join("lib")
    }

    /// The real loader, in the store.
    pub fn loader(&self) -> PathBuf {
        self.glibc_folder().join(self.loader_name())
    }

    /// The file name of the real loader.
    pub fn loader_name(&self) -> &'static str {
        let path = self.architecture.loader_path;
        path.rsplit('/').next().unwrap_or(path)
    }

    /// The real loader of another platform, of the other class for one of 32 bits, in the store.
    pub fn other_loader(&self) -> PathBuf {
        let other = if self.is_host() { "aarch64" } else { host() };
        let other = if other == self.name { "riscv64" } else { other };
        named(other).loader()
    }

    /// The suffix of this system's variables, for instance `x86_64_linux`.
    pub fn system(&self) -> String {
        self.architecture.nix_system.replace('-', "_")
    }

    /// The same of another system.
    pub fn other_system(&self) -> &'static str {
        if self.name == "aarch64" {
            "riscv64_linux"
        } else {
            "aarch64_linux"
        }
    }

    /// Where the stub for it is built.
    pub fn stub_target(&self) -> PathBuf {
        if self.is_host() {
            target().to_owned()
        } else {
            target().join("cross")
        }
    }
}
