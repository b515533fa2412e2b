//! `ldshim env build` where there is something already.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::library_tree::{LibraryTree, Ran, loader};

fn tree() -> LibraryTree {
    let tree = LibraryTree::new();
    tree.library("old/libold.so");
    tree.library("new/libnew.so");
    tree
}

/// Everything in a folder: names, what links say, what files hold.
fn content(tree: &LibraryTree, folder: &str) -> Vec<(String, PathBuf, Vec<u8>)> {
    let names = tree.names(folder).into_iter();
    names
        .map(|name| {
            let path = tree.path(folder).join(&name);
            match fs::read_link(&path) {
                Ok(target) => (name, target, Vec::new()),
                Err(_) => (name, PathBuf::new(), fs::read(path).unwrap()),
            }
        })
        .collect()
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let tree = tree();
    tree.build(&["old", "new"]).succeeded();
    let first = content(&tree, "d");
    tree.build(&["old", "new"]).succeeded();
    assert_eq!(content(&tree, "d"), first);
    tree.build(&["new"]).succeeded();
    assert_ne!(content(&tree, "d"), first);
}

#[test]
fn an_environment_that_is_as_it_should_be_is_not_written_again() {
    let tree = tree();
    let inode = || fs::metadata(tree.path("d")).unwrap().ino();
    tree.build(&["old"]).succeeded();
    let first = inode();
    tree.build(&["old"]).succeeded();
    assert_eq!(inode(), first);
    tree.build(&["old", "new"]).succeeded();
    assert_ne!(inode(), first);
}

#[test]
fn each_damage_is_repaired_by_building_again() {
    let tree = tree();
    tree.build(&["old"]).succeeded();
    let first = content(&tree, "d");
    let link = |path: &str, target: &str| {
        fs::remove_file(tree.path(path)).unwrap();
        tree.link(path, target);
    };
    let damages: [&dyn Fn(); 6] = [
        &|| link("d/libold.so", "/gone"),
        &|| link("d/ld.so", "/gone"),
        &|| fs::remove_file(tree.path("d/libold.so")).unwrap(),
        &|| fs::remove_file(tree.path("d/ld.so.cache")).unwrap(),
        &|| fs::write(tree.path("d/ld.so.cache"), "damaged").unwrap(),
        &|| tree.link("d/libmore.so", "/gone"),
    ];
    for damage in damages {
        damage();
        assert_ne!(content(&tree, "d"), first);
        tree.build(&["old"]).succeeded();
        assert_eq!(content(&tree, "d"), first);
    }
}

#[test]
fn an_older_environment_is_replaced_whole() {
    let tree = tree();
    tree.build(&["old"]).succeeded();
    tree.build(&["new"]).succeeded();
    assert_eq!(
        tree.names("d"),
        ["ld.so", "ld.so.cache", "ld.so.cache.place", "libnew.so"]
    );
    assert_eq!(tree.names("."), ["d", "new", "old"]);
}

#[test]
fn an_older_environment_stays_whole_if_the_new_one_fails() {
    let tree = tree();
    tree.build(&["old"]).succeeded();
    let before = content(&tree, "d");
    tree.file("text", "no loader");
    let build = ["env", "build", "--out", "d", "--loader", "text", "new"];
    tree.ldshim(&build).failed_with("not an ELF file");
    tree.build(&["new", "missing"])
        .failed_with("cannot list missing");
    assert_eq!(content(&tree, "d"), before);
    assert_eq!(tree.names("."), ["d", "new", "old", "text"]);
}

#[test]
fn on_a_full_disk_the_older_one_stays_and_nothing_half_written() {
    let tree = tree();
    for number in 0..40 {
        tree.library(&format!("many/lib{number}.so"));
    }
    fs::create_dir(tree.path("disk")).unwrap();
    let script = r#"
        mount -t tmpfs -o nr_inodes=30 tmpfs disk || exit
        "$0" env build --out disk/d --loader "$1" old || exit
        "$0" env build --out disk/d --loader "$1" many
        echo "status $?"
        ls -A disk
        "$0" env show disk/d | tail -1"#;
    let mut unshare = Command::new("unshare");
    unshare.args(["-Urm", "sh", "-c", script, env!("CARGO_BIN_EXE_ldshim")]);
    let ran = Ran::of(unshare.arg(loader()).current_dir(tree.path(".")));
    let disk = tree.path("disk");
    let built = format!("1 library in {}/d\n", disk.display());
    assert_eq!(
        ran.stdout,
        built + "status 1\nd\nholds: 1 library\n",
        "{ran:?}"
    );
    assert!(
        ran.stderr
            .ends_with("No space left on device (os error 28)\n"),
        "{ran:?}"
    );
}

#[test]
fn a_reader_never_finds_it_missing_while_it_is_replaced() {
    let tree = tree();
    tree.build(&["old"]).succeeded();
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut reads = 0;
            while !is_done.load(Ordering::Relaxed) {
                fs::read(tree.path("d/ld.so.cache")).unwrap();
                reads += 1;
            }
            reads
        });
        for libraries in ["new", "old"].repeat(10) {
            tree.build(&[libraries]).succeeded();
        }
        is_done.store(true, Ordering::Relaxed);
        assert!(reader.join().unwrap() > 0);
    });
}

#[test]
fn an_empty_folder_is_replaced() {
    let tree = tree();
    fs::create_dir(tree.path("d")).unwrap();
    tree.build(&["new"]).succeeded();
    assert_eq!(
        tree.names("d"),
        ["ld.so", "ld.so.cache", "ld.so.cache.place", "libnew.so"]
    );
}

#[test]
fn a_folder_of_something_else_is_refused() {
    let tree = tree();
    tree.file("d/letter.txt", "dear");
    tree.build(&["new"])
        .failed_with("it is no library environment, it has letter.txt");
    assert_eq!(tree.names("d"), ["letter.txt"]);
    assert_eq!(tree.names("."), ["d", "new", "old"]);
}

#[test]
fn an_environment_to_which_somebody_added_a_file_is_refused() {
    let tree = tree();
    tree.build(&["old"]).succeeded();
    tree.library("d/libmine.so");
    let before = content(&tree, "d");
    tree.build(&["new"]).failed_with("it has libmine.so");
    assert_eq!(content(&tree, "d"), before);
}

#[test]
fn a_folder_of_links_is_refused() {
    let tree = tree();
    tree.link("d/libold.so", "../old/libold.so");
    tree.build(&["new"])
        .failed_with("it has neither ld.so nor ld.so.cache");
    assert_eq!(tree.names("d"), ["libold.so"]);
}

#[test]
fn a_file_is_refused() {
    let tree = tree();
    tree.file("d", "dear");
    tree.build(&["new"]).failed_with("d: Not a directory");
    assert_eq!(fs::read(tree.path("d")).unwrap(), b"dear");
}

#[test]
fn a_dangling_link_is_refused() {
    let tree = tree();
    tree.link("d", "nowhere");
    tree.build(&["new"])
        .failed_with("cannot write d: No such file");
}

#[test]
fn behind_a_link_the_folder_is_replaced_and_the_link_stays() {
    let tree = tree();
    fs::create_dir(tree.path("real")).unwrap();
    tree.link("d", "real");
    tree.build(&["old"]).succeeded();
    tree.build(&["new"]).succeeded();
    assert_eq!(tree.target("d"), PathBuf::from("real"));
    assert_eq!(
        tree.names("real"),
        ["ld.so", "ld.so.cache", "ld.so.cache.place", "libnew.so"]
    );
}

#[test]
fn a_missing_parent_is_named() {
    let tree = tree();
    let loader = loader();
    let loader = loader.to_str().unwrap();
    let build = ["env", "build", "--out", "a/b", "--loader", loader, "new"];
    tree.ldshim(&build)
        .failed_with("cannot write a/b: cannot find the directory a: No such");
}

#[test]
fn a_name_that_is_taken_by_the_current_folder_is_refused() {
    let tree = tree();
    let loader = loader();
    let loader = loader.to_str().unwrap();
    let build = ["env", "build", "--out", ".", "--loader", loader, "new"];
    tree.ldshim(&build)
        .failed_with("it is no library environment");
    assert_eq!(tree.names("."), ["new", "old"]);
}
