//! What the pages tell of: for each a ground with its programs and packages.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::common::{Ran, release_program, store_path, store_path_of_programs, target};
use crate::fetched;
use crate::ground::{Ground, HOME, programs};
use crate::nixos_like::tool;

/// A ground, and which commands of the page cannot be run as they are there.
pub struct Scene {
    pub ground: Ground,
    /// What is run in the place of the beginning of a command.
    instead: Vec<(&'static str, String)>,
}

impl Scene {
    fn new(ground: Ground) -> Self {
        Self {
            ground,
            instead: Vec::new(),
        }
    }

    /// What is run for a command of the page.
    pub fn command(&self, line: &str) -> String {
        let mut line = self.ground.packages.with_hashes(line);
        for (beginning, other) in &self.instead {
            if let Some(rest) = line.strip_prefix(beginning) {
                line = format!("{other}{rest}");
            }
        }
        line
    }

    /// Runs what the page does not show.
    fn before(&self, command: &str) {
        let bash = self.ground.bash();
        Ran::of(&mut self.ground.command(&[&bash, "-c", command])).succeeded();
    }
}

/// A NixOS where nothing is set up, and ninja.
pub fn nothing_set_up() -> Scene {
    let mut ground = Ground::new().with_stub_ld();
    ground.program(&programs::ninja(), "ninja");
    ground.packages.add_gcc();
    ground.publish();
    let mut scene = Scene::new(ground);
    // The tool is there already, and a flake would have to be built.
    let tool = "ldshim ".to_owned();
    scene
        .instead
        .push(("nix run git+file:///path/to/ldshim -- ", tool));
    scene
}

/// With the stub; a Python in ~/py that misses two libraries, for one of which there are two packages; and a tool that misses two.
pub fn python_without_zlib() -> Scene {
    let mut ground = Ground::new();
    let python = target().join("programs/python-3.11/usr");
    ground.program(&python.join("bin/python3.11"), "py/bin/python3.11");
    ground.show(&python.join("lib"), &format!("{HOME}/py/lib"));
    ground.current += "/py";
    let packages = &mut ground.packages;
    for (name, attribute) in [("zlib-1.2.13", "zlib"), ("zlib-ng-2.2.4", "zlib-ng")] {
        packages.add(
            name,
            (attribute, "out"),
            &store_path("zlib1g"),
            &["libz.so.1"],
        );
    }
    packages.add(
        "expat-2.5.0",
        ("expat", "out"),
        &store_path("libexpat1"),
        &["libexpat.so.1"],
    );
    add_curl(&mut ground);
    let packages = &mut ground.packages;
    packages.only_known("curl-8.14.1", ("(julia)", "out"), &["libcurl.so.4"]);
    packages.only_known(
        "mathematica-14",
        ("mathematica", "out"),
        &["/libexec/Mathematica/libcurl.so.4"],
    );
    ground.enable(&[]);
    ground.publish();
    let needed = ["libcurl.so.4", "libz.so.1"];
    compile(
        &ground.home().join("py/tool"),
        "int main(void) { return 0; }",
        &needed,
        &[],
    );
    Scene::new(ground)
}

/// The same, with an index.
pub fn python_without_zlib_and_an_index() -> Scene {
    let scene = python_without_zlib();
    scene.before("ldshim index update");
    scene
}

/// With the stub; a tool with a library of its own, which misses one that two packages have.
pub fn tool_without_curl() -> Scene {
    let mut ground = Ground::new();
    let zlib = ground.packages.add(
        "zlib-1.2.13",
        ("zlib", "out"),
        &store_path("zlib1g"),
        &["libz.so.1"],
    );
    add_curl(&mut ground);
    ground.enable(&[&zlib]);
    ground.publish();
    ground.current += "/tool";
    let folder = ground.home().join("tool");
    fs::create_dir_all(folder.join("lib")).expect("a folder");
    let own = folder.join("lib/libown.so");
    let shared = ["-shared", "-Wl,-soname,libown.so", "-nostdlib"];
    compile(
        &own,
        "int own(void) { return 0; }",
        &["libcurl.so.4"],
        &shared,
    );
    let linked = [
        own.to_str().expect("UTF-8"),
        "-Wl,-rpath,$ORIGIN/lib",
        "-Wl,--allow-shlib-undefined",
    ];
    compile(
        &folder.join("tool"),
        "int own(void); int main(void) { return own(); }",
        &["libz.so.1"],
        &linked,
    );
    let scene = Scene::new(ground);
    scene.before("ldshim index update");
    scene
}

fn add_curl(ground: &mut Ground) {
    let packages = &mut ground.packages;
    packages.only_known("curl-8.16.0", ("curl", "out"), &["libcurl.so.4"]);
    packages.only_known("curl-8.16.0", ("curlFull", "out"), &["libcurl.so.4"]);
}

/// With the stub, and a variable that names what is no longer there.
pub fn stale_variable() -> Scene {
    let mut ground = Ground::new();
    ground.enable(&[]);
    let gone = "/nix/store/00000000000000000000000000000000-glibc-2.38/lib/ld-linux-x86-64.so.2";
    ground.variables.push(("NIX_LD", gone.to_owned()));
    Scene::new(ground)
}

/// With the stub, ninja, and an index.
pub fn ninja_and_an_index() -> Scene {
    let mut ground = Ground::new();
    ground.program(&programs::ninja(), "ninja");
    ground.packages.add_gcc();
    ground.enable(&[]);
    ground.publish();
    let scene = Scene::new(ground);
    scene.before("ldshim index update");
    scene
}

/// A clone with its stub, ninja, and a package of the store that it needs.
pub fn by_hand() -> Scene {
    let mut ground = Ground::new();
    ground.program(&programs::ninja(), "ninja");
    ground.program(&tool().join("nix-ld"), "target/release/nix-ld");
    ground.packages.glibc();
    ground.packages.add_gcc();
    Scene::new(ground)
}

/// ninja in a folder, and a curl of the store that may be changed.
pub fn programs_to_package() -> Scene {
    let mut ground = Ground::new();
    ground.program(&programs::ninja(), "app/bin/ninja");
    let curl = target().join("store-programs/curl/result/bin/curl");
    ground.program(&curl, "curl");
    ground.packages.glibc();
    ground.packages.add_gcc();
    Scene::new(ground)
}

/// ninja, and packages to name in it.
pub fn ninja_to_patch() -> Scene {
    let mut ground = Ground::new();
    ground.program(&programs::ninja(), "ninja");
    ground.packages.glibc();
    ground.packages.add_gcc();
    Scene::new(ground)
}

/// A bundle of bash.
pub fn bash_bundle() -> Scene {
    let mut ground = Ground::new();
    let entry = release_program("loader-stub", "bundle-entry");
    ground.show(&entry, "/entry");
    ground
        .variables
        .push(("LDSHIM_BUNDLE_ENTRY", "/entry".to_owned()));
    let scene = Scene::new(ground);
    scene.before(&format!(
        "ldshim bundle {} --out bash-bundle",
        scene.ground.bash()
    ));
    scene
}

/// A virtual environment of a Python of the store, in ~/app, with numpy from the Python Package Index.
pub fn virtual_environment() -> Scene {
    let mut ground = Ground::new();
    ground.current += "/app";
    let packages = ground.home().join("app/.venv/lib/python3.11/site-packages");
    fs::create_dir_all(&packages).expect("a folder");
    let python = target().join("store-programs/python/result/bin/python3.11");
    let python = python.canonicalize().expect("`cargo xtask fetch` makes it");
    let wheel = fetched::folder("numpy");
    for part in ["numpy", "numpy.libs"] {
        let place = format!("{HOME}/app/.venv/lib/python3.11/site-packages/{part}");
        ground.show(&wheel.join(part), &place);
    }
    ground.packages.add_gcc();
    // Here Debian's loader looks for the other libraries of glibc. That of nixpkgs looks beside itself.
    ground.show(&store_path("libc6").join("lib"), "/lib/x86_64-linux-gnu");
    ground.publish();
    let scene = Scene::new(ground);
    scene.before(&format!("{} -m venv --without-pip .venv", python.display()));
    scene.before("ldshim index update");
    scene
}

/// A folder of a project, with an addon for Node.js from npm, and a Node.js of the store.
pub fn node_modules() -> Scene {
    let mut ground = Ground::new();
    ground.current += "/project";
    for name in ["node-hid", "pkg-prebuilds"] {
        let place = format!("{HOME}/project/node_modules/{name}");
        ground.show(&fetched::folder(name), &place);
    }
    let packages = &mut ground.packages;
    for (name, attribute, debian, library) in [
        (
            "systemd-minimal-libs-252",
            ("systemdMinimal", "libs"),
            "libudev1",
            "libudev.so.1",
        ),
        (
            "libusb-1.0.26",
            ("libusb1", "out"),
            "libusb-1.0-0",
            "libusb-1.0.so.0",
        ),
    ] {
        packages.add(name, attribute, &store_path_of_programs(debian), &[library]);
    }
    // As in the virtual environment.
    ground.show(&store_path("libc6").join("lib"), "/lib/x86_64-linux-gnu");
    ground.publish();
    ground.commands(&programs::node().join("bin"));
    let scene = Scene::new(ground);
    scene.before("ldshim index update");
    scene
}

/// Compiles C to a program or library that needs libraries of these names beside libc.
fn compile(out: &Path, source: &str, needed: &[&str], arguments: &[&str]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("source.c");
    fs::write(&file, source).expect("a file");
    let mut linked = Vec::new();
    for name in needed {
        let library = folder.path().join(name);
        let empty = folder.path().join("empty.c");
        fs::write(&empty, "").expect("a file");
        let mut command = Command::new("cc");
        command.args(["-shared", "-nostdlib", &format!("-Wl,-soname,{name}"), "-o"]);
        Ran::of(command.arg(&library).arg(empty)).succeeded();
        linked.push(library);
    }
    let mut command = Command::new("cc");
    command
        .args(["-Wl,--no-as-needed", "-o"])
        .arg(out)
        .arg(file);
    Ran::of(command.args(linked).args(arguments)).succeeded();
}
