//! Programs that unpack themselves.

mod cache;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use ldshim::bundle::archive::Format;

use crate::made::{Made, install, run};

/// The bundle as a program, and a cache folder.
struct Scene {
    made: Made,
    file: PathBuf,
}

impl Scene {
    fn new() -> Self {
        let made = Made::new();
        let (written, _) = made.write(Format::Run, "written.run").unwrap();
        let file = made.path("greet.run");
        install(&written, &file);
        Self { made, file }
    }

    fn cache(&self) -> PathBuf {
        self.made.path("cache")
    }

    fn start_as(&self, file: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(file);
        command.args(arguments).env_clear();
        command.env("XDG_CACHE_HOME", self.cache());
        command
    }

    fn start(&self, arguments: &[&str]) -> Command {
        self.start_as(&self.file, arguments)
    }

    /// The folders in the cache.
    fn unpacked(&self) -> Vec<PathBuf> {
        let folder = fs::read_dir(self.cache().join("ldshim-bundles"));
        let entries = folder.into_iter().flatten();
        entries.map(|it| it.unwrap().path()).collect()
    }

    fn bundle(&self) -> PathBuf {
        let [bundle] = &self.unpacked()[..] else {
            panic!("{:?}", self.unpacked())
        };
        bundle.clone()
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn it_unpacks_once_and_is_the_program() {
    let scene = Scene::new();
    for _ in 0..2 {
        assert_eq!(run(&mut scene.start(&[])), "hello\n");
    }
    let bundle = scene.bundle();
    run(Command::new("diff")
        .arg("-r")
        .arg("--no-dereference")
        .arg(scene.made.bundle())
        .arg(&bundle));
    assert_eq!(
        fs::metadata(bundle.parent().unwrap()).unwrap().mode() & 0o7777,
        0o700
    );
    let file = fs::metadata(bundle.join("lib/libbig.so.1")).unwrap();
    assert_eq!(
        (file.mtime(), file.mode() & 0o777 & !0o022),
        (1, 0o644 & file.mode())
    );
    // A second start writes nothing.
    let inode = fs::metadata(&bundle).unwrap().ino();
    run(&mut scene.start(&[]));
    assert_eq!(fs::metadata(scene.bundle()).unwrap().ino(), inode);
}

#[test]
fn its_name_or_a_flag_chooses_the_program_and_all_arguments_are_the_programs() {
    let scene = Scene::new();
    let link = scene.made.path("show");
    symlink(&scene.file, &link).unwrap();
    let output = scene
        .start_as(&link, &["--bundle", "-x", ""])
        .output()
        .unwrap();
    let text = format!("{}\n--bundle\n-x\n\n", link.display());
    assert_eq!(String::from_utf8_lossy(&output.stdout), text);
    assert_eq!(output.status.code(), Some(4));
    let output = scene
        .start(&["--bundle-program", "show", "--bundle-help"])
        .arg0("any name")
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "any name\n--bundle-help\n"
    );
    let output = scene.start(&["--bundle-program", "none"]).output().unwrap();
    assert!(
        said(&output).contains("it has no program \"none\", but: greet, show"),
        "{output:?}"
    );
    assert_eq!(output.status.code(), Some(127));
}

#[test]
fn without_proc_it_is_found_by_the_path_that_it_was_executed_by() {
    let scene = Scene::new();
    let mut unshare = Command::new("unshare");
    unshare.args(["--user", "--map-root-user", "--mount", "sh", "-c"]);
    unshare
        .args(["mount -t tmpfs none /proc && exec \"$0\""])
        .arg(&scene.file);
    assert_eq!(run(unshare.env("XDG_CACHE_HOME", scene.cache())), "hello\n");
}

#[test]
fn it_is_extracted_and_removed_on_request() {
    let scene = Scene::new();
    let out = scene.made.path("out");
    let extract = ["--bundle-extract", out.to_str().unwrap()];
    run(&mut scene.start(&extract));
    run(Command::new("diff")
        .arg("-r")
        .arg("--no-dereference")
        .arg(scene.made.bundle())
        .arg(&out));
    let again = scene.start(&extract).output().unwrap();
    assert!(said(&again).contains("is there already"), "{again:?}");
    assert!(scene.unpacked().is_empty());
    run(&mut scene.start(&[]));
    assert_eq!(scene.unpacked().len(), 1);
    run(&mut scene.start(&["--bundle-remove"]));
    assert!(scene.unpacked().is_empty());
    assert!(run(&mut scene.start(&["--bundle-help"])).contains("Its programs: greet, show"));
}

#[test]
fn of_several_that_extract_to_one_folder_one_does() {
    let scene = Scene::new();
    let out = scene.made.path("out");
    let extract = ["--bundle-extract", out.to_str().unwrap()];
    let all: Vec<_> = (0..8)
        .map(|_| {
            let mut command = scene.start(&extract);
            command.stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let ended = all.into_iter().map(|it| it.wait_with_output().unwrap());
    assert_eq!(ended.filter(|it| it.status.success()).count(), 1);
    run(Command::new("diff")
        .arg("-r")
        .arg("--no-dereference")
        .arg(scene.made.bundle())
        .arg(&out));
}

#[test]
fn a_file_that_is_cut_off_or_changed_starts_nothing() {
    let scene = Scene::new();
    let bytes = fs::read(&scene.file).unwrap();
    let start = |bytes: &[u8]| {
        let [written, file] = ["written.run", "short.run"].map(|it| scene.made.path(it));
        fs::write(&written, bytes).unwrap();
        install(&written, &file);
        scene.start_as(&file, &[]).output().unwrap()
    };
    let output = start(&bytes[..bytes.len() - 1]);
    assert!(
        said(&output).contains("this file is not whole"),
        "{output:?}"
    );
    let payload = bytes.len() * 2 / 3;
    for offset in 0..40 {
        let mut changed = bytes.clone();
        changed[payload + offset * 97] ^= 1 << (offset % 8);
        let output = start(&changed);
        assert_eq!(output.status.code(), Some(127), "{output:?}");
        assert!(said(&output).contains("this file is damaged"), "{output:?}");
        assert!(
            scene
                .unpacked()
                .iter()
                .all(|it| it.extension().is_some_and(|it| it == "new"))
        );
    }
}

#[test]
fn it_refuses_to_run_with_rights_of_others() {
    let scene = Scene::new();
    let privileged = scene.made.path("setuid.run");
    if !nix::unistd::geteuid().is_root() {
        eprintln!("not tried: becoming another user needs root");
        return;
    }
    install(&scene.file, &privileged);
    fs::set_permissions(&privileged, fs::Permissions::from_mode(0o4755)).unwrap();
    let mut command = scene.start_as(&privileged, &[]);
    let mode = fs::Permissions::from_mode(0o755);
    fs::set_permissions(scene.made.folder.path(), mode).unwrap();
    let output = command.uid(65534).gid(65534).output().unwrap();
    assert!(said(&output).contains("setuid"), "{output:?}");
}
