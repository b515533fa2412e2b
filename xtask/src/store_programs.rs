//! Programs of a Nix store for the tests of bundles, made of Debian packages: `tests/store/programs.nix`.
//!
//! `target/store-programs/NAME/result` leads to the store path of each.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use xtask_start::Network;

use crate::apt::{self, Apt};
use crate::fetch::Which;
use crate::{cargo, progress, store, suite, workspace};

/// A store path with programs.
struct Programs {
    name: &'static str,
    /// The Debian packages; what they depend on comes along.
    packages: &'static [&'static str],
    /// What of them is wrapped, and in which variables: see programs.nix.
    wrappers: &'static str,
    /// Whether only `cargo xtask test bundles` asks for it: 38 to 139 MB are downloaded.
    is_large: bool,
}

const fn small(name: &'static str, packages: &'static [&'static str]) -> Programs {
    Programs {
        name,
        packages,
        wrappers: "",
        is_large: false,
    }
}

const fn large(
    name: &'static str,
    packages: &'static [&'static str],
    wrappers: &'static str,
) -> Programs {
    Programs {
        name,
        packages,
        wrappers,
        is_large: true,
    }
}

/// The first one has the shell of the wrappers.
const ALL: &[Programs] = &[
    small(SHELL, &["bash", "coreutils"]),
    small("getent", &["libc-bin"]),
    Programs {
        name: "openssl",
        packages: &["openssl"],
        wrappers: "openssl OPENSSL_MODULES=@out@/lib/ossl-modules",
        is_large: false,
    },
    small("zstd", &["zstd"]),
    small("curl", &["curl"]),
    small("python", &["python3.11"]),
    Programs {
        name: "git",
        packages: &["git"],
        wrappers: "git GIT_EXEC_PATH=@out@/lib/git-core GIT_TEMPLATE_DIR=@out@/share/git-core/templates",
        is_large: false,
    },
    large("ffmpeg", &["ffmpeg"], ""),
    large(
        "imagemagick",
        &["imagemagick-6.q16", "libmagickcore-6.q16-6-extra"],
        "convert-im6.q16 MAGICK_CODER_MODULE_PATH=@out@/lib/ImageMagick-6.9.11/modules-Q16/coders \
         MAGICK_CONFIGURE_PATH=@out@/etc/ImageMagick-6",
    ),
    large("gdb", &["gdb"], ""),
    large(
        "gtk",
        &["gtk-3-examples", "librsvg2-common"],
        "gtk3-widget-factory XDG_DATA_DIRS=@out@/share \
         GDK_PIXBUF_MODULE_FILE=@out@/lib/gdk-pixbuf-2.0/2.10.0/loaders.cache",
    ),
];

const SHELL: &str = "core";

/// Packages that nothing of these needs at a start, or that the store has: prefixes of their names.
const LEFT_OUT: &[&str] = &[
    "adduser",
    "base-",
    "dbus",
    "dconf",
    "debconf",
    "debianutils",
    "dpkg",
    "gcc-12-base",
    "git-man",
    "init-system-helpers",
    "liberror-perl",
    "libllvm",
    "libperl",
    "media-types",
    "mime-support",
    "passwd",
    "perl",
    "systemd",
    "tar",
    "tzdata",
    "ucf",
];

/// Downloads the packages and builds the store paths, as far as that is still to be done. Returns the links to them.
///
/// # Errors
/// A package cannot be downloaded (or may not be), or Nix cannot build.
pub fn build(which: Which, network: Network) -> Result<Vec<PathBuf>> {
    let chosen = ALL.iter().filter(|it| which == Which::All || !it.is_large);
    let missing: Vec<_> = chosen.clone().filter(|it| !it.result().exists()).collect();
    if !missing.is_empty() {
        // It gives the programs their loader.
        cargo::run(cargo::command(&["build", "--bin", "ldshim"], network))?;
    }
    for programs in missing {
        programs
            .make(network)
            .with_context(|| format!("cannot make the store path of {}", programs.name))?;
    }
    Ok(chosen.map(Programs::result).collect())
}

impl Programs {
    fn result(&self) -> PathBuf {
        folder(self.name).join("result")
    }

    fn make(&self, network: Network) -> Result<()> {
        let debs = folder(self.name).join("debs");
        if network == Network::Forbidden {
            bail!("target/store-programs lacks it: run `cargo xtask fetch` without --offline once");
        }
        // It takes nothing for installed, so all that a package needs comes along.
        let apt: Apt = suite::apt("bookworm", &workspace::fetched("glibcs").join("bookworm"))?;
        let what = format!("{} and what it needs", self.packages.join(", "));
        progress::download(&what, None, &debs, || {
            apt.download_with_dependencies(self.packages, &debs)
        })?;
        let files: Vec<String> = apt::debs(&debs)?
            .into_iter()
            .filter(|it| is_wanted(it, self))
            .collect();
        let files = files.join(" ");
        let glibc = real(&workspace::fetched("store").join("packages/libc6"))?;
        let shell = match self.wrappers {
            "" => PathBuf::new(),
            _ => real(&folder(SHELL).join("result"))?,
        };
        let ldshim = workspace::target("debug/ldshim");
        let arguments = [
            ("name", OsStr::new(self.name)),
            ("debs", debs.as_os_str()),
            ("files", OsStr::new(&files)),
            ("glibc", glibc.as_os_str()),
            ("bash", shell.as_os_str()),
            ("ldshim", ldshim.as_os_str()),
            ("wrappers", OsStr::new(self.wrappers)),
        ];
        store::nix_build("programs.nix", &arguments, &self.result())
    }
}

/// Whether a package becomes a part of the store path.
fn is_wanted(file: &str, of: &Programs) -> bool {
    let package = apt::package_of(file);
    let is_left_out = |it: &&str| package.starts_with(*it);
    of.packages.contains(&package)
        || !LEFT_OUT.iter().any(is_left_out) && !["libc6", "libc-bin"].contains(&package)
}

fn folder(name: &str) -> PathBuf {
    workspace::fetched("store-programs").join(name)
}

fn real(path: &Path) -> Result<PathBuf> {
    path.canonicalize()
        .with_context(|| format!("cannot follow {}", path.display()))
}
