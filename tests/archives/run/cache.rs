//! The cache that they unpack into.

use std::fs;
use std::io::Read;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use ldshim::bundle::archive::Format;

use super::{Scene, said};
use crate::made::{Made, install, run};

#[test]
fn what_is_missing_is_unpacked_again_and_what_was_added_is_left() {
    let scene = Scene::new();
    run(&mut scene.start(&[]));
    let store = "store/0123456789abcdfghijklmnpqrsvwxyz-hello-2.12";
    let (data, added) = (
        scene.bundle().join(store).join("share/the greeting"),
        scene.bundle().join("lib/added"),
    );
    fs::write(&added, "").unwrap();
    assert_eq!(run(&mut scene.start(&[])), "hello\n");
    assert!(added.exists());
    assert_eq!(fs::metadata(added.parent().unwrap()).unwrap().mtime(), 1);
    fs::remove_file(&data).unwrap();
    assert_eq!(run(&mut scene.start(&[])), "hello\n");
    assert!(data.exists() && !added.exists());
    assert_eq!(scene.unpacked().len(), 1);
}

#[test]
fn what_a_killed_unpacker_leaves_harms_nobody() {
    let scene = Scene::new();
    run(&mut scene.start(&[]));
    let bundle = scene.bundle();
    let left = PathBuf::from(format!("{}.new", bundle.display()));
    fs::rename(&bundle, &left).unwrap();
    fs::remove_dir_all(left.join("lib")).unwrap();
    assert_eq!(run(&mut scene.start(&[])), "hello\n");
    assert_eq!(scene.unpacked(), [bundle]);
}

#[test]
fn many_at_once_unpack_once() {
    let scene = Scene::new();
    let children: Vec<_> = (0..12)
        .map(|_| scene.start(&[]).stdout(Stdio::piped()).spawn().unwrap())
        .collect();
    for mut child in children {
        let mut text = String::new();
        child
            .stdout
            .take()
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(text, "hello\n");
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(scene.unpacked().len(), 1);
}

#[test]
fn another_content_is_another_folder() {
    let scene = Scene::new();
    run(&mut scene.start(&[]));
    let made = Made::of_version("2.13");
    let (written, _) = made.write(Format::Run, "written.run").unwrap();
    let other = scene.made.path("other.run");
    install(&written, &other);
    run(&mut scene.start_as(&other, &[]));
    assert_eq!(scene.unpacked().len(), 2);
}

#[test]
fn a_folder_that_others_write_to_is_not_used() {
    let scene = Scene::new();
    let base = scene.cache().join("ldshim-bundles");
    fs::create_dir_all(&base).unwrap();
    fs::set_permissions(&base, fs::Permissions::from_mode(0o777)).unwrap();
    let home = scene.made.path("home");
    fs::create_dir(&home).unwrap();
    fs::set_permissions(&home, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(run(scene.start(&[]).env("HOME", &home)), "hello\n");
    assert!(scene.unpacked().is_empty());
    assert!(home.join(".cache/ldshim-bundles").is_dir());
    // A link in its place, to a folder of somebody's choice, is no folder.
    fs::remove_dir_all(&base).unwrap();
    symlink(&home, &base).unwrap();
    run(scene.start(&[]).env("HOME", &home));
    assert!(!home.join("ldshim-bundles").exists());
}

#[test]
fn a_folder_that_others_may_rename_is_not_used() {
    let scene = Scene::new();
    let home = scene.made.path("home");
    fs::create_dir(&home).unwrap();
    fs::set_permissions(&home, fs::Permissions::from_mode(0o755)).unwrap();
    let is_used = |mode: u32| {
        _ = fs::remove_dir_all(scene.cache());
        fs::create_dir(scene.cache()).unwrap();
        fs::set_permissions(scene.cache(), fs::Permissions::from_mode(mode)).unwrap();
        run(scene.start(&[]).env("HOME", &home));
        !scene.unpacked().is_empty()
    };
    assert_eq!([0o777, 0o1777, 0o755].map(is_used), [false, true, true]);
}

#[test]
fn root_leaves_the_home_of_another_user_alone() {
    let scene = Scene::new();
    let home = scene.made.path("home");
    fs::create_dir(&home).unwrap();
    if chown(&home, Some(65534), Some(65534)).is_err() {
        eprintln!("not tried: giving files to others needs root");
        return;
    }
    let output = Command::new(&scene.file)
        .env_clear()
        .env("HOME", &home)
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "hello\n",
        "{output:?}"
    );
    assert!(!home.join(".cache").exists());
    run(Command::new(&scene.file)
        .env_clear()
        .env("HOME", &home)
        .arg("--bundle-remove"));
}

#[test]
fn a_cache_without_room_or_without_execution_is_named() {
    let scene = Scene::new();
    let cache = scene.cache();
    fs::create_dir(&cache).unwrap();
    let mounted = |options: &str| {
        let mut unshare = Command::new("unshare");
        unshare.args(["--user", "--map-root-user", "--mount", "sh", "-c"]);
        unshare.arg(format!("mount -t tmpfs -o {options} none \"$1\" && \"$0\"; s=$?; ls -A \"$1/ldshim-bundles\"; exit $s"));
        unshare
            .arg(&scene.file)
            .arg(&cache)
            .env("XDG_CACHE_HOME", &cache)
            .output()
            .unwrap()
    };
    let full = mounted("size=1m");
    assert!(
        said(&full).contains("cannot unpack to ")
            && said(&full).contains("No space left on device"),
        "{full:?}"
    );
    assert_eq!(
        (full.status.code(), &full.stdout[..]),
        (Some(127), &b""[..])
    );
    let noexec = mounted("noexec");
    assert!(
        said(&noexec).contains("mounted noexec): set XDG_CACHE_HOME"),
        "{noexec:?}"
    );
    assert_eq!(noexec.status.code(), Some(127));
}
