//! What is to be seen in the program's root.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use ldshim::sandbox::Root;
use ldshim::stub_file::StubFile;
use loader_stub::c_library::CLibrary;

use crate::setup::{Setup, as_ordinary_user, on_host, stdout_of};

/// Prints which of the host's folders are there.
const USUAL_FOLDERS: &str = "for f in /etc /usr /bin /lib /var /home; do
    if test -e $f; then echo $f; fi
done";

#[test]
fn isolated_a_program_sees_nothing_of_a_usual_distribution() {
    let setup = Setup::new(&["sh"]);
    let shell = setup.program("sh");
    let seen = |options: &[&str]| {
        let mut run = setup.run(options);
        stdout_of(run.arg(&shell).args(["-c", USUAL_FOLDERS]))
    };
    // As on NixOS, where each has one entry.
    assert_eq!(seen(&["--isolate"]), "/usr\n/bin\n");
    assert!(
        seen(&[]).contains("/usr\n"),
        "without --isolate, the host is there"
    );
}

#[test]
fn isolated_only_the_stub_makes_a_program_start() {
    let setup = Setup::new(&["ls"]);
    let folder = setup.path("programs");
    let mut without = Command::new(setup.program("ls"));
    let root = Root::nixos_like().bind(&folder, &folder);
    let error = root.apply_to(&mut without, "/").spawn().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);

    let mut with = setup.run(["--isolate"]);
    let loader_folder = stdout_of(with.arg(setup.program("ls")).args(["-A", "/lib64"]));
    assert_eq!(loader_folder, "ld-linux-x86-64.so.2\n");
}

#[test]
fn isolated_the_own_folder_is_there_and_its_neighbours_are_not() {
    let setup = Setup::new(&["cat"]);
    for file in ["programs/inside", "outside"] {
        fs::write(setup.path(file), file).unwrap();
    }
    let read = |file: &str| {
        let mut run = setup.run(["--isolate"]);
        run.arg(setup.program("cat"))
            .arg(setup.path(file))
            .output()
            .unwrap()
    };
    assert_eq!(read("programs/inside").stdout, b"programs/inside");
    assert!(!read("outside").status.success());
}

#[test]
fn isolated_the_program_may_write_into_its_folder() {
    let setup = Setup::new(&["sh"]);
    let mut run = setup.run(["--isolate"]);
    run.arg(setup.program("sh"))
        .args(["-c", "echo written > here"]);
    run.current_dir(setup.path("programs"));
    stdout_of(&mut run);
    assert_eq!(
        fs::read_to_string(setup.program("here")).unwrap(),
        "written\n"
    );
}

#[test]
fn isolated_the_current_folder_stays_if_it_is_to_be_seen() {
    let setup = Setup::new(&["readlink"]);
    let inner = setup.program("inner");
    fs::create_dir(&inner).unwrap();
    let folder_from = |current: &Path| {
        let mut run = setup.run(["--isolate"]);
        run.arg(setup.program("readlink"))
            .arg("/proc/self/cwd")
            .current_dir(current);
        stdout_of(&mut run)
    };
    assert_eq!(folder_from(&inner), format!("{}\n", inner.display()));
    let beside = setup.path("bin");
    assert_eq!(folder_from(&beside), format!("{}\n", beside.display()));
    let own = format!("{}\n", setup.path("programs").display());
    for hidden in ["/", "/usr", "/tmp"] {
        assert_eq!(folder_from(Path::new(hidden)), own, "{hidden}");
    }
}

#[test]
fn like_the_host_only_the_loader_differs() {
    let setup = Setup::new(&[]);
    let (ls, cat) = (on_host("ls"), on_host("cat"));
    for folder in ["/", "/lib64"] {
        let names = |listing: String| BTreeSet::from_iter(listing.lines().map(str::to_owned));
        let mut expected = names(stdout_of(Command::new(&ls).args(["-A", folder])));
        if folder == "/" {
            expected.insert("nld".to_owned());
        }
        assert_eq!(
            names(stdout_of(setup.run([&ls]).args(["-A", folder]))),
            expected
        );
    }

    let loader = "/lib64/ld-linux-x86-64.so.2";
    let seen = setup.path("seen");
    fs::write(
        &seen,
        setup.run([&cat]).arg(loader).output().unwrap().stdout,
    )
    .unwrap();
    let stub = StubFile::read(&seen).unwrap();
    let baked = stub.baked(CLibrary::Glibc).unwrap();
    assert_eq!(baked.library_dir, Some(c"/nld"));
    let real = Path::new(loader).canonicalize().unwrap();
    let seen = setup.run([&cat]).arg(&real).output().unwrap().stdout;
    assert!(
        seen == fs::read(&real).unwrap(),
        "the real loader is where it was"
    );
}

#[test]
fn an_ordinary_user_may_run_programs_either_way() {
    for options in [&[][..], &["--isolate"]] {
        let setup = Setup::with_own_cache(&["cat"]);
        let mut run = setup.run(options);
        run.arg(setup.program("cat")).arg("/proc/self/status");
        // The clone may be where nobody else gets in.
        run.current_dir("/");
        let status = stdout_of(as_ordinary_user(&mut run));
        let user = status
            .lines()
            .find_map(|line| line.strip_prefix("Uid:\t"))
            .unwrap();
        assert!(!user.starts_with("0\t"), "{user}");
        let capabilities = status
            .lines()
            .find_map(|line| line.strip_prefix("CapEff:\t"));
        assert_eq!(
            capabilities,
            Some("0000000000000000"),
            "no rights are left over"
        );
    }
}
