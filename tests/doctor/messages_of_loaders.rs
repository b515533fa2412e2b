//! Messages of real loaders, shells and kernels, made here.
//!
//! `messages.rs` has the texts of what cannot be made here. These show that the tools still say what the table knows.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ldshim::doctor::{Diagnosis, diagnose};
use tempfile::TempDir;

use crate::common::{store_path, stub};
use crate::system::{PLACE, System, real_loader};

/// A folder for what a test compiles.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        fs::write(self.path(name), contents).unwrap();
        self.path(name)
    }

    /// Compiles in the folder.
    fn cc(&self, source: &str, args: &[&str]) {
        self.write("source.c", source);
        let mut cc = Command::new("cc");
        cc.current_dir(self.0.path()).args(["source.c"]).args(args);
        assert!(cc.status().unwrap().success(), "{args:?}");
    }

    /// A program `./main` that needs `liba.so`, which lies beside it.
    fn program_and_library() -> Self {
        let folder = Self::new();
        folder.cc(
            "int a(void) { return 0; }",
            &["-shared", "-fPIC", "-o", "liba.so"],
        );
        folder.cc(
            "int a(void); int main(void) { return a(); }",
            &["-o", "main", "-L.", "-la"],
        );
        folder
    }

    /// A program `./open` that opens a library by its path and says what the loader says.
    fn opener() -> Self {
        let folder = Self::new();
        let source = "#include <dlfcn.h>\n#include <stdio.h>\n\
            int main(int n, char **args) { if (!dlopen(args[1], RTLD_NOW)) { puts(dlerror()); return 1; } }";
        folder.cc(source, &["-o", "open"]);
        folder
    }

    fn run(&self, program: &str, args: &[&str], variables: &[(&str, &str)]) -> String {
        let mut command = Command::new(self.path(program));
        command
            .current_dir(self.0.path())
            .args(args)
            .env_remove("LD_LIBRARY_PATH");
        said(&command.envs(variables.iter().copied()).output().unwrap())
    }

    /// The same by a shell.
    fn shell(&self, shell: &str, line: &str) -> String {
        let mut command = Command::new(shell);
        command
            .current_dir(self.0.path())
            .args(["-c", line])
            .env("LC_ALL", "C");
        said(&command.output().unwrap())
    }
}

fn said(output: &Output) -> String {
    let [out, err] =
        [&output.stdout, &output.stderr].map(|it| String::from_utf8_lossy(it).into_owned());
    out + &err
}

/// That the text has one known message, this one; and what it names.
fn knows(text: &str, code: &str) -> Diagnosis {
    let mut found = diagnose(text);
    let codes: Vec<_> = found.iter().map(|it| it.trap.code).collect();
    assert_eq!(codes, [code], "{text}");
    found.remove(0)
}

fn has_name(diagnosis: &Diagnosis, name: &str, value: &str) {
    let names = &diagnosis.names;
    assert!(
        names.contains(&(name.to_owned(), value.to_owned())),
        "{names:?}"
    );
}

#[test]
fn a_library_that_is_missing() {
    let folder = Folder::program_and_library();
    let found = knows(&folder.run("main", &[], &[]), "missing-library");
    has_name(&found, "library", "liba.so");
    // With it, nothing is said.
    assert_eq!(folder.run("main", &[], &[("LD_LIBRARY_PATH", ".")]), "");
}

#[test]
fn a_symbol_and_a_version_that_are_missing() {
    let folder = Folder::program_and_library();
    let here = [("LD_LIBRARY_PATH", "."), ("LD_BIND_NOW", "1")];
    folder.cc(
        "int b(void) { return 0; }",
        &["-shared", "-fPIC", "-o", "liba.so"],
    );
    let found = knows(&folder.run("main", &[], &here), "undefined-symbol");
    has_name(&found, "symbol", "a");

    for (version, code) in [
        ("GLIBC_9.99", "glibc-too-old"),
        ("GLIBCXX_9.9", "libstdcxx-too-old"),
        ("A_2", "version-not-found"),
    ] {
        let source = "int a(void) { return 0; }";
        folder.write("newer.map", format!("{version} {{ a; }};"));
        folder.write("older.map", "A_1 { a; };");
        let library = ["-shared", "-fPIC", "-o", "liba.so"];
        folder.cc(
            source,
            &[&library[..], &["-Wl,--version-script=newer.map"]].concat(),
        );
        folder.cc(
            "int a(void); int main(void) { return a(); }",
            &["-o", "main", "-L.", "-la"],
        );
        folder.cc(
            source,
            &[&library[..], &["-Wl,--version-script=older.map"]].concat(),
        );
        let found = knows(&folder.run("main", &[], &here), code);
        assert!(found.line.contains(version), "{found:?}");
    }
}

#[test]
fn files_that_are_no_libraries() {
    let folder = Folder::opener();
    let library = fs::read(store_path("zlib1g").join("lib/libz.so.1")).unwrap();
    let opened = |name: &str, contents: &[u8], code: &str| {
        folder.write(name, contents);
        let found = knows(&folder.run("open", &[&format!("./{name}")], &[]), code);
        has_name(&found, "library", &format!("./{name}"));
    };
    opened(
        "script.so",
        &b"/* GNU ld script */ INPUT(-lz)\n".repeat(30),
        "not-a-library",
    );
    opened("short.so", b"version https", "not-a-library");
    let mut other_class = library.clone();
    other_class[4] = 1;
    opened("class.so", &other_class, "wrong-class");

    folder.write("good.so", &library);
    assert_eq!(folder.run("open", &["./good.so"], &[]), "");
}

#[test]
fn a_segment_that_is_not_aligned() {
    let folder = Folder::opener();
    let mut library = fs::read(store_path("zlib1g").join("lib/libz.so.1")).unwrap();
    // p_offset of the first program header with the type PT_LOAD.
    let first = 64;
    let load = (0..8)
        .map(|it| first + 56 * it)
        .find(|&at| library[at] == 1)
        .unwrap();
    library[load + 8] += 1;
    folder.write("odd.so", library);
    knows(&folder.run("open", &["./odd.so"], &[]), "load-command-page");
}

#[test]
fn a_preload_that_is_gone() {
    let folder = Folder::program_and_library();
    let variables = [("LD_LIBRARY_PATH", "."), ("LD_PRELOAD", "/gone.so")];
    let found = knows(&folder.run("main", &[], &variables), "preload");
    has_name(&found, "library", "/gone.so");
}

#[test]
fn interpreters_that_are_missing_and_files_that_may_not_be_executed() {
    let folder = Folder::new();
    let script = folder.write("script", "#!/gone/bash\n");
    let found = folder.shell("bash", "./script");
    knows(&found, "permission");
    fs::set_permissions(&script, Permissions::from_mode(0o755)).unwrap();
    let found = knows(&folder.shell("bash", "./script"), "bad-interpreter");
    has_name(&found, "program", "./script");

    let foreign = store_path("libc6-arm64-cross").join("lib/libc.so.6");
    let cut = &fs::read(foreign).unwrap()[..4096];
    fs::set_permissions(folder.write("foreign", cut), Permissions::from_mode(0o755)).unwrap();
    knows(&folder.shell("bash", "./foreign"), "exec-format");
}

#[test]
fn a_loader_that_the_kernel_refuses() {
    let folder = Folder::new();
    let foreign = store_path("libc6-arm64-cross").join("lib/ld-linux-aarch64.so.1");
    let flag = format!("-Wl,--dynamic-linker={}", foreign.display());
    folder.cc("int main(void) { return 0; }", &["-o", "main", &flag]);
    knows(&folder.shell("bash", "./main"), "corrupted-interpreter");
}

#[test]
fn a_stub_without_a_loader_that_it_can_use() {
    let mut system = System::new();
    system.put(stub(), PLACE);
    system.put("/usr/bin/true".as_ref(), "/test/true");
    let run = |system: &System| said(&system.output(Path::new("/test/true"), &[]));
    let found = knows(&run(&system), "stub-without-loader");
    has_name(&found, "program", "/test/true");

    let foreign = store_path("libc6-arm64-cross").join("lib/ld-linux-aarch64.so.1");
    system.set("NIX_LD", &*foreign);
    knows(&run(&system), "stub-loader-of-another-architecture");

    system.set("NIX_LD", real_loader());
    system.set("NIX_LD_LIBRARY_PATH", store_path("libc6").join("lib"));
    assert_eq!(run(&system), "");
}
