//! What one test has to itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use ldshim::elf::{Image, program_identity};
use ldshim::nix::Nix;
use ldshim::pin::{self, Package, Recipe, State, Written};
use loader_stub::identity::Identity;
use tempfile::TempDir;

use crate::common::usual_umask;
use crate::{common, nix};

/// A home, and store paths with names that nobody else has. Those are deleted in the end.
pub struct World {
    folder: TempDir,
}

impl World {
    /// An empty one.
    pub fn new() -> Self {
        usual_umask();
        let mut builder = tempfile::Builder::new();
        // Wherever the clone is: a list of libraries to preload, or the address of a binary cache, has no spaces in it.
        let folder = builder.prefix("pin").rand_bytes(10).tempdir_in("/tmp");
        Self {
            folder: folder.expect("a temporary folder"),
        }
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The state in its home.
    pub fn state(&self) -> State {
        State::at(self.folder().join("state/ldshim"))
    }

    /// A name that nobody else has: of a library, without its suffix.
    pub fn unique(&self, name: &str) -> String {
        let unique = self.folder().file_name().expect("a name").to_string_lossy();
        format!("lib{unique}{name}")
    }

    /// A package in the store with these libraries. Each has a function with its name, which answers with a
    /// number.
    pub fn package(&self, name: &str, libraries: &[(&str, u32)]) -> PathBuf {
        let package = self.folder().join(format!("{}-{name}", self.unique("")));
        fs::create_dir_all(package.join("lib")).expect("a folder");
        for (library, answer) in libraries {
            let file = package.join("lib").join(self.soname(library));
            let source = format!("int {library}(void) {{ return {answer}; }}");
            let soname = format!("-Wl,-soname,{}", self.soname(library));
            compile(&source, &file, &["-shared", "-fPIC", &soname]);
        }
        nix::add(&package)
    }

    /// The name of a library's file.
    pub fn soname(&self, library: &str) -> String {
        self.unique(library) + ".so.1"
    }

    /// A program that prints what the functions of these libraries answer. It has no path to them.
    pub fn program(&self, name: &str, libraries: &[&str]) -> PathBuf {
        let folder = self.folder().join("linked");
        fs::create_dir_all(&folder).expect("a folder");
        let mut source = format!("#include <stdio.h>\nstatic const char name[] = \"{name}\";\n");
        let mut body = String::from("puts(name);");
        let mut arguments = Vec::new();
        for library in libraries {
            let file = folder.join(self.soname(library));
            let soname = format!("-Wl,-soname,{}", self.soname(library));
            let empty = format!("int {library}(void) {{ return 0; }}");
            compile(&empty, &file, &["-shared", "-fPIC", &soname]);
            source += &format!("int {library}(void);\n");
            body += &format!("printf(\"%d\\n\", {library}());");
            arguments.push(file.to_str().expect("UTF-8").to_owned());
        }
        source += &format!("int main(void) {{ {body} return 0; }}");
        let program = self.folder().join(name);
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        compile(&source, &program, &arguments);
        program
    }

    /// What has a linker link a program to libraries of these names, which are empty.
    pub fn linked_to(&self, names: &[&str]) -> Vec<String> {
        let mut linked = vec!["-Wl,--no-as-needed".to_owned()];
        for name in names {
            let file = self.folder().join(name);
            let soname = format!("-Wl,-soname,{name}");
            compile("int unused;", &file, &["-shared", "-fPIC", &soname]);
            linked.push(nix::text(&file).to_owned());
        }
        linked
    }

    /// A recipe for a program that misses one library, which a package has.
    pub fn recipe(&self, program: &Path, package: &Path, library: &str) -> Recipe {
        recipe(program, package, &self.soname(library))
    }

    /// Writes a pin.
    pub fn write(&self, recipe: &Recipe) -> Result<Written> {
        pin::write(recipe, &self.state(), &nix_commands(), false)
    }

    /// What a program prints, started by the loader of a pin with the pin's libraries.
    pub fn run(&self, program: &Path, pin: &Path) -> String {
        let mut command = Command::new(pin.join("ld.so"));
        command.arg("--library-path").arg(pin).arg(program);
        let output = command.output().expect("the loader can be started");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{output:?}");
        text
    }

    /// The `ldshim` of this build, with this home.
    pub fn ldshim(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ldshim"));
        command.args(arguments);
        command.env("XDG_STATE_HOME", self.folder().join("state"));
        command.env("HOME", self.folder());
        command
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(self.state().directory());
        let unique = self.unique("");
        let entries = fs::read_dir("/nix/store").into_iter().flatten().flatten();
        let own = entries.map(|entry| entry.path());
        let own = own.filter(|it| it.to_string_lossy().contains(&unique));
        let (locks, own): (Vec<_>, Vec<_>) =
            own.partition(|it| it.extension() == Some("lock".as_ref()));
        for lock in locks {
            let _ = fs::remove_file(lock);
        }
        // What refers to them are manifests. Who fails to delete them leaves them to the garbage collector.
        let mut all = vec!["--query", "--referrers-closure"];
        all.extend(own.iter().map(|path| nix::text(path)));
        let (_, all, _) = nix::output("nix-store", &all);
        let mut delete = vec!["--delete"];
        delete.extend(all.lines());
        nix::output("nix-store", &delete);
    }
}

/// Libraries of which one preset of the NixOS module has all, and a host may have none.
pub const OF_A_PRESET: [&str; 4] = [
    "libxcb-icccm.so.4",
    "libxcb-keysyms.so.1",
    "libxcb-render-util.so.0",
    "libxcb-image.so.0",
];

/// How that preset is named.
pub const THE_PRESET: &str = "On NixOS, programs.nix-ld.presets = [ \"qt\" ]; has all of them.";

/// A program that misses one library, and a package that has it, whose function answers 42.
pub struct Scene {
    pub world: World,
    pub program: PathBuf,
    pub package: PathBuf,
    pub recipe: Recipe,
}

impl Scene {
    /// Nothing is pinned.
    pub fn new() -> Self {
        Self::missing(&["a"])
    }

    /// The program misses these libraries, and the package has but the first of them, `a`.
    pub fn missing(libraries: &[&str]) -> Self {
        let world = World::new();
        let program = world.program("program", libraries);
        let package = world.package("p", &[("a", 42)]);
        let recipe = world.recipe(&program, &package, "a");
        Self {
            world,
            program,
            package,
            recipe,
        }
    }

    /// The program is pinned.
    pub fn pinned() -> Self {
        let scene = Self::new();
        scene.write().expect("a pin");
        scene
    }

    /// Pins the program.
    pub fn write(&self) -> Result<Written> {
        self.world.write(&self.recipe)
    }

    /// Its identity.
    pub fn identity(&self) -> Identity {
        self.recipe.identity.short
    }

    /// The state of its world.
    pub fn state(&self) -> State {
        self.world.state()
    }
}

/// A recipe for a program that misses the library `soname`, which a package has.
pub fn recipe(program: &Path, package: &Path, soname: &str) -> Recipe {
    let bytes = fs::read(program).expect("a program");
    let glibc = common::store_path("libc6").join("lib");
    let file = |name: &str| {
        (
            name.into(),
            glibc.join(name).canonicalize().expect("a library"),
        )
    };
    Recipe {
        program: program.canonicalize().expect("a program"),
        identity: program_identity(&Image::parse(&bytes).expect("an ELF file")),
        stand_in: None,
        tree: None,
        base: ["libc.so.6", "libm.so.6"].map(file).into(),
        loader: common::platform().loader(),
        extra_paths: Vec::new(),
        known_paths: Vec::new(),
        packages: vec![chosen(package, &[soname])],
        revision: None,
        made_with: None,
    }
}

/// A package that was chosen for these libraries.
pub fn chosen(package: &Path, sonames: &[&str]) -> Package {
    Package {
        attribute: Some("test".to_owned()),
        output: "out".to_owned(),
        store_path: package.to_owned(),
        libraries: sonames.iter().map(|&name| name.to_owned()).collect(),
        reason: "there is no other".to_owned(),
    }
}

/// Nix.
pub fn nix_commands() -> Nix {
    Nix::find().expect("Nix")
}

/// Compiles C.
pub fn compile(source: &str, out: &Path, arguments: &[&str]) {
    let file = out.with_extension("c");
    fs::write(&file, source).expect("a file");
    let mut command = Command::new("cc");
    command.arg("-o").arg(out).arg(&file).args(arguments);
    assert!(
        command.status().expect("a C compiler").success(),
        "{source}"
    );
    fs::remove_file(file).expect("it was there");
}
