//! An interpreter in the store, and trees with modules for it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::ground::{Ground, Ran};
use crate::common;
use crate::nix::text;
use crate::world::compile;

/// Loads what it is told to, and prints what the function `module` of each answers; `env` prints what a child sees.
pub const SOURCE: &str = r#"
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(int count, char **arguments) {
    for (int i = 1; i < count; i++) {
        if (!strcmp(arguments[i], "-c") || !strcmp(arguments[i], "-e")) return 0;
        if (!strcmp(arguments[i], "env")) { fflush(stdout); if (system("env")) return 2; continue; }
        void *module = dlopen(arguments[i], RTLD_NOW);
        if (!module) { fprintf(stderr, "%s\n", dlerror()); return 1; }
        printf("%d\n", ((int (*)(void))dlsym(module, "module"))());
    }
}
"#;

/// See above.
pub struct Scene {
    pub ground: Ground,
    /// The interpreter in the store.
    pub original: PathBuf,
}

impl Scene {
    pub fn new() -> Self {
        Self::linked(&["-Wl,--build-id"])
    }

    /// With an interpreter that is linked so.
    pub fn linked(arguments: &[&str]) -> Self {
        let ground = Ground::new();
        let file = ground.path("interpreter/bin/python3.11");
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        let loader = format!(
            "-Wl,--dynamic-linker,{}",
            common::platform().loader().display()
        );
        compile(SOURCE, &file, &[&[loader.as_str()], arguments].concat());
        let original = ground.store("interpreter").join("bin/python3.11");
        Self { ground, original }
    }

    /// A virtual environment as `python -m venv` makes it.
    pub fn venv(&self, name: &str) -> PathBuf {
        let venv = self.ground.path(name);
        fs::create_dir_all(venv.join("bin")).expect("a folder");
        fs::write(venv.join("pyvenv.cfg"), "home = /nix/store\n").expect("a file");
        symlink(&self.original, venv.join("bin/python3")).expect("a link");
        symlink("python3", venv.join("bin/python")).expect("a link");
        venv
    }

    /// A module in a tree that needs these libraries, and answers with the sum of what their functions answer.
    pub fn module(&self, tree: &Path, name: &str, libraries: &[&str]) -> PathBuf {
        let file = tree.join("lib/site-packages").join(name);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        let mut source = String::new();
        let mut sum = String::from("0");
        let mut linked = vec![String::from("-shared"), "-fPIC".into()];
        for library in libraries {
            let path = self.ground.library("linked", library, "0", &[]);
            source += &format!("int {library}(void);\n");
            sum += &format!(" + {library}()");
            linked.push(text(&path).to_owned());
        }
        source += &format!("int module(void) {{ return {sum}; }}\n");
        let linked: Vec<_> = linked.iter().map(String::as_str).collect();
        compile(&source, &file, &linked);
        file
    }

    /// A package of the index with one library.
    pub fn package(&self, library: &str, answer: u32) -> PathBuf {
        let package = self.ground.package(&format!("p{library}"), library, answer);
        self.ground.add_to_index(&[&package]);
        package
    }

    /// A tree whose one module misses a library that a package has.
    pub fn missing_a(&self, name: &str) -> (PathBuf, PathBuf) {
        let venv = self.venv(name);
        let module = self.module(&venv, "a.so", &["a"]);
        (venv, module)
    }

    /// Runs `ldshim`.
    pub fn ldshim(&self, arguments: &[&str]) -> Ran {
        Ran::of(&mut self.command(arguments))
    }

    /// A call of `ldshim` on a system without a library environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.ground.command(arguments);
        command
            .env_remove("NIX_LD")
            .env_remove("NIX_LD_LIBRARY_PATH");
        command
    }

    /// Starts an interpreter, with no variable but those that say where its user's files are.
    pub fn start(&self, interpreter: &Path, arguments: &[&Path]) -> Ran {
        let mut command = Command::new(interpreter);
        command
            .args(arguments)
            .env_clear()
            .env("PATH", "/usr/bin:/bin");
        command.env("HOME", self.ground.world.folder());
        command.env("XDG_STATE_HOME", self.ground.path("state"));
        Ran::of(&mut command)
    }

    /// A module loads, and answers this.
    #[track_caller]
    pub fn loads(&self, venv: &Path, module: &Path, answer: u32) {
        let ran = self.start(&venv.join("bin/python"), &[module]).succeeded();
        assert_eq!(ran.stdout, format!("{answer}\n"));
    }

    /// A module does not load, because it misses this library.
    #[track_caller]
    pub fn misses(&self, venv: &Path, module: &Path, library: &str) {
        let ran = self.start(&venv.join("bin/python"), &[module]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.stderr.contains(&self.ground.soname(library)), "{ran:?}");
    }

    /// How many pins there are.
    pub fn pins(&self) -> usize {
        let folder = fs::read_dir(self.ground.path("state/ldshim/pins"));
        folder.map_or(0, Iterator::count)
    }
}

/// Everything in a tree: the text of a link, the bytes and mode of a file.
pub fn contents(tree: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    use std::os::unix::fs::PermissionsExt;
    let mut all = BTreeMap::new();
    let mut folders = vec![tree.to_owned()];
    while let Some(folder) = folders.pop() {
        for item in fs::read_dir(folder).expect("a folder").flatten() {
            let path = item.path();
            let found = path.symlink_metadata().expect("a file");
            if found.is_dir() {
                folders.push(path);
            } else if found.is_symlink() {
                let link = path.read_link().expect("a link");
                all.insert(path, text(&link).into());
            } else {
                let mut bytes = fs::read(&path).expect("a file");
                bytes.extend(found.permissions().mode().to_le_bytes());
                all.insert(path, bytes);
            }
        }
    }
    all
}
