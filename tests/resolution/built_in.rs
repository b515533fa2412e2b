//! What loaders have built in, against what they say of themselves (`--list-diagnostics`).

use std::path::Path;
use std::process::Command;

use ldshim::resolver::{Machine, RealLoader};
use libtest_mimic::Trial;

use crate::common::store_path;
use crate::truth::host_loader;

pub fn trials() -> Vec<Trial> {
    let trial = |name: &'static str, test: fn()| {
        Trial::test(format!("built_in::{name}"), move || {
            test();
            Ok(())
        })
    };
    vec![
        trial("of_the_hosts_loader", || check(&host_loader())),
        trial("of_the_stores_loader", || {
            check(&store_path("libc6").join("lib/ld-linux-x86-64.so.2"));
        }),
        trial("of_a_loader_of_32_bits", || {
            check(&store_path("libc6-i386-cross").join("lib/ld-linux.so.2"));
        }),
        trial("of_other_machines", of_other_machines),
        trial("a_library_is_no_loader", a_library_is_no_loader),
    ]
}

fn check(path: &Path) {
    check_with(Command::new(path), path);
}

/// With what `command` starts, which is the loader at `path`.
fn check_with(mut command: Command, path: &Path) {
    let output = command.arg("--list-diagnostics").output();
    let output = String::from_utf8(output.expect("the loader runs").stdout).expect("text");
    let values = |name: &str| -> Vec<String> {
        let values = output.lines().filter_map(|line| line.split_once('='));
        let named = values.filter(|it| it.0 == name || it.0.starts_with(&format!("{name}[")));
        named.map(|it| it.1.trim_matches('"').to_owned()).collect()
    };
    let loader = RealLoader::read(path, Machine::this).expect("it is a loader");

    let directories = loader.system_dirs.iter();
    let directories: Vec<_> = directories.map(|it| String::from_utf8_lossy(it)).collect();
    assert_eq!(directories, values("path.system_dirs"));
    assert_eq!([loader.lib.to_str().expect("text")], *values("dl_dst_lib"));
    let platform = loader
        .platform
        .as_ref()
        .map(|it| it.to_str().expect("text"));
    let said = values("dl_platform");
    // A loader that has no name for it says so in numbers.
    let said = said.first().map(String::as_str).filter(|&it| it != "0x0");
    assert_eq!(platform, said);
    let (major, minor) = loader.version.expect("it says so");
    assert_eq!([format!("{major}.{minor}")], *values("version.version"));
    let cache = loader.cache_path.expect("it has one");
    let folder = values("path.sysconfdir");
    assert_eq!(cache, Path::new(&folder[0]).join("ld.so.cache"));

    let active = values("dl_hwcaps_subdirs_active");
    let active = active.first().map_or("0", |it| it.trim_start_matches("0x"));
    let active = u32::from_str_radix(active, 16)
        .expect("a number")
        .count_ones();
    assert_eq!(loader.hwcaps.len(), active as usize);
    let all = values("dl_hwcaps_subdirs");
    let hwcaps: Vec<_> = loader
        .hwcaps
        .iter()
        .map(|it| it.to_str().expect("text"))
        .collect();
    assert!(
        all.first()
            .is_none_or(|all| all.ends_with(&hwcaps.join(":"))),
        "{all:?}"
    );
}

fn of_other_machines() {
    for (package, loader, qemu) in [
        ("libc6-arm64-cross", "ld-linux-aarch64.so.1", "qemu-aarch64"),
        (
            "libc6-riscv64-cross",
            "ld-linux-riscv64-lp64d.so.1",
            "qemu-riscv64",
        ),
    ] {
        let path = store_path(package).join("lib").join(loader);
        let mut command = Command::new(qemu);
        command.arg(&path);
        check_with(command, &path);
    }
}

fn a_library_is_no_loader() {
    let path = store_path("zlib1g").join("lib/libz.so.1");
    let error = RealLoader::read(&path, Machine::this).expect_err("it is a library");
    assert!(
        format!("{error:#}").contains("no loader of glibc"),
        "{error:#}"
    );
}
