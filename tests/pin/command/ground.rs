//! What each of these tests has: a home with an index, a library environment as a system has one, and programs that
//! name the stub as their loader, so that to start them is a plain start.

use std::cell::OnceCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ldshim::elf::{Image, program_identity};

use crate::common;
pub use crate::common::Ran;
use crate::nix::{self, text};
use crate::nix_index::{Database, Package};
use crate::world::{World, compile};

/// See above.
pub struct Ground {
    pub world: World,
    /// The stub that programs name.
    pub stub: PathBuf,
    environment: OnceCell<PathBuf>,
}

impl Ground {
    pub fn new() -> Self {
        Self {
            world: World::new(),
            stub: common::stub().to_owned(),
            environment: OnceCell::new(),
        }
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.world.folder().join(path)
    }

    /// The library environment, which has the glibc of the store in it.
    pub fn environment(&self) -> &Path {
        self.environment.get_or_init(|| {
            let glibc = common::store_path("libc6");
            self.build_environment(&common::platform().loader(), &glibc)
        })
    }

    /// Makes a library environment of a package, for `environment` to be this one.
    pub fn use_glibc(&self, glibc: &Path) {
        let name = common::platform().loader();
        let loader = glibc.join("lib").join(name.file_name().expect("a name"));
        let environment = self.build_environment(&loader, glibc);
        self.environment.set(environment).expect("none is there");
    }

    fn build_environment(&self, loader: &Path, package: &Path) -> PathBuf {
        let environment = self.path("environment");
        let mut build = Command::new(env!("CARGO_BIN_EXE_ldshim"));
        build.args(["env", "build", "--loader"]).arg(loader);
        build.arg("--out").arg(&environment).arg(package);
        Ran::of(&mut build).succeeded();
        environment
    }

    /// Has the library environment's `name` lead to this file.
    pub fn put_into_environment(&self, name: &str, file: &Path) {
        let loader = self
            .environment()
            .join("ld.so")
            .canonicalize()
            .expect("a loader");
        let folder = self.path("more");
        fs::create_dir_all(&folder).expect("a folder");
        std::os::unix::fs::symlink(file, folder.join(name)).expect("a link");
        let mut build = Command::new(env!("CARGO_BIN_EXE_ldshim"));
        build.args(["env", "build", "--loader"]).arg(&loader);
        build.arg("--out").arg(self.environment()).arg(folder);
        build.arg(loader.parent().expect("a folder"));
        Ran::of(&mut build).succeeded();
    }

    /// Sets the variables of a session.
    pub fn in_session<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command.env("XDG_STATE_HOME", self.path("state"));
        command.env("XDG_CACHE_HOME", self.path("cache"));
        command.env("HOME", self.world.folder());
        command.env("NIX_LD", self.environment().join("ld.so"));
        command.env("NIX_LD_LIBRARY_PATH", self.environment());
        command.current_dir(self.world.folder())
    }

    /// A call of `ldshim`.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.world.ldshim(arguments);
        self.in_session(&mut command);
        command
    }

    /// Runs `ldshim pin`.
    pub fn pin(&self, arguments: &[&str]) -> Ran {
        Ran::of(&mut self.command(&[&["pin"], arguments].concat()))
    }

    /// Adds packages to the index.
    pub fn add_to_index(&self, packages: &[&Path]) {
        let packages: Vec<_> = packages.iter().map(|it| text(it)).collect();
        Ran::of(&mut self.command(&[&["index", "add"], &packages[..]].concat())).succeeded();
    }

    /// Imports a database of nix-index: an attribute, its store path, and a path in it for each package.
    pub fn import(&self, packages: &[(&str, &Path, &str)]) {
        let mut database = Database::new(Vec::new(), 3).expect("a database");
        for (attribute, store_path, path) in packages {
            let (hash, name) = text(store_path)
                .trim_start_matches("/nix/store/")
                .split_once('-')
                .expect("a store path");
            let mut package = Package::new('0', attribute, name);
            package.hash = hash;
            let written = database.package(&package, [("123x", *path)]);
            written.expect("a package");
        }
        let file = self.path("files");
        fs::write(&file, database.finish().expect("a database")).expect("a file");
        Ran::of(&mut self.command(&["index", "import", text(&file)])).succeeded();
    }

    /// Starts a program as anybody does.
    pub fn start(&self, program: &Path) -> Ran {
        Ran::of(self.in_session(&mut Command::new(program)))
    }

    /// The program cannot be started because it does not find a library, or a symbol version.
    #[track_caller]
    pub fn does_not_start(&self, program: &Path, missing: &str) {
        let ran = self.start(program);
        assert_ne!(ran.code, Some(0), "{ran:?}");
        assert!(
            ran.stderr.contains(missing),
            "{missing:?} is not in {ran:?}"
        );
    }

    /// The program prints these numbers.
    #[track_caller]
    pub fn prints(&self, program: &Path, numbers: &[u32]) {
        let ran = self.start(program).succeeded();
        let expected: Vec<_> = numbers.iter().map(u32::to_string).collect();
        assert_eq!(ran.stdout.lines().collect::<Vec<_>>(), expected, "{ran:?}");
    }

    /// The name of a library's file, which nobody else has.
    pub fn soname(&self, library: &str) -> String {
        self.world.soname(library)
    }

    /// Compiles C to a library: its function `library` answers with this expression. It is made in the folder
    /// `package`.
    pub fn library(
        &self,
        package: &str,
        library: &str,
        answer: &str,
        arguments: &[&str],
    ) -> PathBuf {
        let folder = self.path(package).join("lib");
        fs::create_dir_all(&folder).expect("a folder");
        let file = folder.join(self.soname(library));
        let source = format!("int {library}(void) {{ return {answer}; }}\n");
        let soname = format!("-Wl,-soname,{}", self.soname(library));
        compile(
            &source,
            &file,
            &[&["-shared", "-fPIC", &soname], arguments].concat(),
        );
        file
    }

    /// Puts the folder `package` into the store.
    pub fn store(&self, package: &str) -> PathBuf {
        let named = self.path(&format!("{}-{package}", self.world.unique("")));
        fs::rename(self.path(package), &named).expect("a folder");
        nix::add(&named)
    }

    /// Has Nix build a copy of the folder `package` that refers to a store path.
    pub fn build(&self, package: &str, needed: &Path) -> PathBuf {
        let expression = format!(
            r#"derivation {{
                name = "{}-{package}"; system = builtins.currentSystem; builder = "/bin/sh"; PATH = "/usr/bin:/bin";
                folder = "${{builtins.path {{ path = {}; name = "folder"; }}}}";
                needed = builtins.storePath "{}";
                args = [ "-euc" "cp -a $folder $out; chmod u+w $out; ln -s $needed $out/needed" ];
            }}"#,
            self.world.unique(""),
            self.path(package).display(),
            needed.display()
        );
        let drv = nix::run("nix-instantiate", &["--expr", &expression]);
        nix::run("nix-store", &["--realise", &drv]).into()
    }

    /// A package in the store that has one library, which answers with a number.
    pub fn package(&self, package: &str, library: &str, answer: u32) -> PathBuf {
        self.library(package, library, &answer.to_string(), &[]);
        self.store(package)
    }

    /// A program that names the stub, and prints what the functions of these libraries answer. They are linked from
    /// the folder `linked`, where they are made if they are not there.
    pub fn program(&self, name: &str, libraries: &[&str]) -> PathBuf {
        let mut source = String::from("#include <stdio.h>\n");
        let mut body = String::new();
        let mut linked = Vec::new();
        for library in libraries {
            let file = self.path("linked/lib").join(self.soname(library));
            if !file.exists() {
                self.library("linked", library, "0", &[]);
            }
            source += &format!("int {library}(void);\n");
            body += &format!("printf(\"%d\\n\", {library}());");
            linked.push(text(&file).to_owned());
        }
        source += &format!("int main(void) {{ {body} return 0; }}\n");
        let linked: Vec<_> = linked.iter().map(String::as_str).collect();
        self.program_of(name, &source, &linked)
    }

    /// A program of this source that names the stub.
    pub fn program_of(&self, name: &str, source: &str, arguments: &[&str]) -> PathBuf {
        let program = self.path(name);
        let stub = format!("-Wl,--dynamic-linker,{}", self.stub.display());
        let own = [&stub, "-Wl,--build-id", "-Wl,--allow-shlib-undefined"];
        compile(source, &program, &[&own, arguments].concat());
        program
    }

    /// The identity of a program.
    pub fn identity(&self, program: &Path) -> String {
        let bytes = fs::read(program).expect("a program");
        let image = Image::parse(&bytes).expect("an ELF file");
        program_identity(&image).short.to_string()
    }

    /// What is in the place of a program's pin: the text of a mark; "pin"; or "nothing".
    pub fn settled(&self, program: &Path) -> String {
        let place = self.path("state/ldshim/pins").join(self.identity(program));
        match place.read_link() {
            Ok(mark) => mark.display().to_string(),
            Err(_) if place.is_dir() => "pin".into(),
            Err(_) => "nothing".into(),
        }
    }
}
