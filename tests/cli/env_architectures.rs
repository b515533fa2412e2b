//! Library environments for every architecture, built on this one: to `ldshim` an architecture is data. That the
//! real loaders find libraries by these caches, `tests/behaviour/` shows for each.

use std::fs;

use ldshim::elf::Architecture;
use ldshim::loader_cache::LoaderCache;

use crate::common::{Platform, platform};
use crate::library_tree::LibraryTree;

/// A library environment `d` of a glibc, from the folders of this and of the host's.
fn build(tree: &LibraryTree, of: &Platform) -> LoaderCache {
    let (loader, own, hosts) = (of.loader(), of.glibc_folder(), platform().glibc_folder());
    let [loader, own, hosts] = [&loader, &own, &hosts].map(|path| path.to_str().unwrap());
    tree.ldshim(&["env", "build", "--out", "d", "--loader", loader, hosts, own])
        .succeeded();
    LoaderCache::parse(&fs::read(tree.path("d/ld.so.cache")).unwrap()).unwrap()
}

#[test]
fn entries_have_the_flags_of_the_loaders_architecture() {
    // FLAG_* of glibc's sysdeps/generic/ldconfig.h: the C library, and where there are several, which of them.
    let flags = |platform: &Platform| match platform.architecture.nix_system {
        "aarch64-linux" => 0xa00 | 3,
        "riscv64-linux" => 0x1000 | 3,
        "x86_64-linux" => 0x300 | 3,
        _ => 3,
    };
    for of in Platform::available() {
        let cache = build(&LibraryTree::new(), of);
        let own = cache.entries().iter().all(|entry| entry.flags == flags(of));
        assert!(own && cache.entries().len() > 10, "{}: {cache:?}", of.name);
    }
}

#[test]
fn libraries_are_those_of_the_loaders_architecture() {
    for of in Platform::available() {
        let cache = build(&LibraryTree::new(), of);
        let expected = of.glibc_folder().join("libc.so.6").canonicalize().unwrap();
        let found = cache.lookup("libc.so.6".as_ref(), of.architecture);
        assert_eq!(found, Some(&*expected), "{}", of.name);
        let others = Architecture::ALL.into_iter();
        for other in others.filter(|&other| other != of.architecture) {
            assert_eq!(cache.lookup("libc.so.6".as_ref(), other), None, "{other}");
        }
    }
}

#[test]
fn the_place_of_the_loaders_own_cache_path_is_told() {
    for of in Platform::available() {
        let tree = LibraryTree::new();
        build(&tree, of);
        let place = tree.target("d/ld.so.cache.place");
        let (address, length) = place.to_str().unwrap().split_once(' ').unwrap();
        let (address, length): (usize, usize) = (address.parse().unwrap(), length.parse().unwrap());
        // In glibc's loaders constants lie in memory as in the file, with code in one segment or not.
        let loader = fs::read(of.loader()).unwrap();
        let text = String::from_utf8_lossy(&loader[address..][..length]);
        assert_eq!(text, "/etc/ld.so.cache", "{}", of.name);
    }
}

#[test]
fn a_loader_of_another_architecture_than_asked_for_is_refused() {
    let tree = LibraryTree::new();
    for of in Platform::available() {
        let (loader, own) = (of.loader(), of.glibc_folder());
        let [loader, own] = [&loader, &own].map(|path| path.to_str().unwrap());
        let build = |arch: &str| {
            let options = ["env", "build", "--arch", arch, "--out", "d", "--loader"];
            tree.ldshim(&[&options[..], &[loader, own]].concat())
        };
        for other in Architecture::ALL.map(|it| it.nix_system) {
            if other == of.architecture.nix_system {
                build(other).succeeded();
                build(of.name).succeeded();
            } else {
                build(other).failed_with(&format!("--arch asks for one for {other}"));
            }
        }
        assert!(
            build("m68k-linux")
                .stderr
                .contains("ldshim knows x86_64-linux")
        );
    }
}
