//! The presets of the NixOS module against programs of their kind: what such a program wants of a system, and neither brings
//! nor finds among the default libraries, is in the preset, and the tool names a preset that has it.
//!
//! `ldshim explain --all` says what is wanted. It runs in the bare root too, for elsewhere the machine's own libraries count.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::common::{Plan, TestRoot};
use crate::fetched;
use ldshim::presets;

/// What NixOS's default libraries have, as Debian names the packages, as far as programs of the rows ask for it.
const DEFAULT: &[&str] = &[
    "libstdc++6",
    "libgcc-s1",
    "libgomp1",
    "zlib1g",
    "libudev1",
    "libssl3",
    "libcap2",
    "libbz2-1.0",
    "liblzma5",
    "libzstd1",
    "libacl1",
    "libsystemd0",
];

/// A package, and the preset for its kind.
pub struct Row {
    /// The package, by its name in the manifest.
    pub package: &'static str,
    /// The preset.
    pub preset: &'static str,
    /// What it asks for that no system need have: other packages of its family, drivers, or one of several ways.
    pub besides: &'static [&'static str],
    /// The preset that the tool names, if it names one: of a few libraries it takes the usual one.
    pub told: Option<&'static str>,
}

/// One program or module of each kind that can be had and is not too large for every run, and some large ones.
pub const ALL: &[Row] = &[
    Row {
        package: "python-rtmidi",
        preset: "python",
        besides: &[],
        told: Some("desktop"),
    },
    Row {
        package: "glfw",
        preset: "games",
        besides: OLD_GRAPHICS,
        told: Some("desktop"),
    },
    Row {
        package: "pysdl2-dll",
        preset: "games",
        besides: OF_SDL,
        told: None,
    },
    Row {
        package: "pylibraft-cu12",
        preset: "cuda",
        besides: OF_RAPIDS,
        told: Some("cuda"),
    },
    Row {
        package: "opencv-python",
        preset: "python",
        besides: OF_OPENCV,
        told: Some("desktop"),
    },
    Row {
        package: "pyside6",
        preset: "qt",
        besides: OF_QT,
        told: Some("qt"),
    },
];

/// OpenGL ES 1 by its first name, and OpenGL without a window: tried where the others fail.
const OLD_GRAPHICS: &[&str] = &["libGLES_CM.so.1", "libOSMesa.so.6", "libOSMesa.so.8"];

/// Further ways to make a sound, of which one does, and a name of its own library.
const OF_SDL: &[&str] = &[
    "libGLES_CM.so.1",
    "libjack.so.0",
    "libsndio.so.7",
    "libwebp.so.7.5.0",
];

/// Its own family, in other wheels.
const OF_RAPIDS: &[&str] = &["libraft.so", "librapids_logger.so", "librmm.so"];

/// Another way to compute, and an older name of a library that it looks for by both.
const OF_OPENCV: &[&str] = &["libOpenCL.so.1", "libcrypto.so.1.1"];

/// Drivers for databases and smart cards, parts that are in other wheels, and a library that plugins look for by several names.
const OF_QT: &[&str] = &[
    "libshiboken6.abi3.so.6.12",
    "libclntsh.so.23.1",
    "libfbclient.so.2",
    "libmimerapi.so",
    "libmysqlclient.so.21",
    "libodbc.so.2",
    "libpq.so.5",
    "libpcsclite.so.1",
    "libspeechd.so.2",
];

impl Row {
    /// Whether its package is large.
    pub fn is_large(&self) -> bool {
        fetched::is_large(self.package)
    }

    /// Asks the tool, and compares.
    pub fn check(&self) {
        let mut root = TestRoot::with_packages(Plan::Cache, DEFAULT);
        root.bind(Path::new(env!("CARGO_BIN_EXE_ldshim")), "/w/ldshim");
        root.set("HOME", "/tmp");
        fetched::add_at(&mut root, self.package, "/w/package");

        let wanted = wanted(&root);
        let mut wanted: BTreeSet<&str> = wanted.iter().map(String::as_str).collect();
        let of_qt_itself = |it: &str| it.starts_with("libQt");
        wanted.retain(|it| !self.besides.contains(it) && !of_qt_itself(it));
        assert!(!wanted.is_empty(), "{} wants nothing", self.package);
        let in_preset = presets::libraries(self.preset);
        let lacking: Vec<_> = wanted.difference(&in_preset).collect();
        assert!(lacking.is_empty(), "{} has no {lacking:?}", self.preset);

        let told = root.output("/w/ldshim", &["explain", "--all", "/w/package"]);
        let told = String::from_utf8_lossy(&told.stdout);
        if let Some(preset) = self.told
            && told.contains("missing")
        {
            let expected = format!("programs.nix-ld.presets = [ \"{preset}\" ]");
            assert!(told.contains(&expected), "{expected}: {told}");
        }
    }
}

/// The libraries that files of the package need or look for, and that are neither there nor the driver's.
fn wanted(root: &TestRoot) -> BTreeSet<String> {
    let output = root.output("/w/ldshim", &["explain", "--all", "/w/package", "--json"]);
    let tree: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    let missing = tree["missing"].as_array().expect("a list").iter();
    let missing = missing.filter(|it| it["in_tree"].is_null() && it["is_of_driver"] == false);
    let files = tree["files"].as_array().expect("a list").iter();
    let may_load = files.flat_map(|it| it["may_load"].as_array().into_iter().flatten());
    let candidates = may_load.flat_map(|it| it["candidates"].as_array().into_iter().flatten());
    // A name without a version is for linkers, or another try for the same library.
    let nowhere = candidates.filter(|it| {
        let name = it["name"].as_str().unwrap_or_default();
        it["path"].is_null() && name.contains(".so.") && !ldshim::drivers::is_driver_library(name)
    });
    let names = missing.chain(nowhere).filter_map(|it| it["name"].as_str());
    names.map(str::to_owned).collect()
}
