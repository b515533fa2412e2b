//! Which library environment a program gets.

use std::fs;
use std::path::{Path, PathBuf};

use ldshim::elf::{Architecture, identify};
use ldshim::host_env::{HOST_CACHE, HostEnv};
use ldshim::sandbox::Root;

use crate::setup::{Setup, failure_of, on_host, stdout_of};

/// A library environment of the host's libraries, at a place of its own.
fn library_env(setup: &Setup) -> PathBuf {
    let identity = identify(&on_host("sh")).unwrap();
    let env = HostEnv {
        host_cache: Path::new(HOST_CACHE),
        architecture: Architecture::of(&identity).unwrap(),
        host_root: Path::new("/"),
    };
    env.ensure(&setup.path("named")).unwrap()
}

fn kept(setup: &Setup) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(setup.cache.join("ldshim/host")) else {
        return Vec::new();
    };
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn without_env_the_hosts_libraries_are_used_and_kept() {
    let setup = Setup::with_own_cache(&[]);
    let mut run = setup.run(["sh", "-c", "test -e /nld/ld.so.cache"]);
    stdout_of(&mut run);
    // By the cache plan, for which they have no library path.
    let mut debugged = setup.run(["true"]);
    let (_, searched) = failure_of(debugged.env("LD_DEBUG", "libs"));
    assert!(searched.contains("cache=/nld/ld.so.cache"), "{searched}");
    let first = kept(&setup);
    assert_eq!(first.len(), 1);
    stdout_of(&mut run);
    assert_eq!(kept(&setup), first);
}

#[test]
fn env_is_what_appears_as_nld() {
    let setup = Setup::with_own_cache(&[]);
    let named = library_env(&setup);
    fs::write(named.join("marker"), "this one").unwrap();
    let marker = "cat /nld/marker && echo ${NIX_LD-unset} ${NIX_LD_LIBRARY_PATH-unset}";
    let mut with = setup.run(["--env"]);
    with.arg(&named).args(["sh", "-c", marker]);
    with.env("NIX_LD_LIBRARY_PATH", "/elsewhere")
        .env("NIX_LD_x86_64_linux", "/elsewhere");
    assert_eq!(stdout_of(&mut with), "this oneunset unset\n");
    assert!(kept(&setup).is_empty(), "nothing else was made");
    let without = setup.run(["sh", "-c", marker]).output().unwrap();
    assert!(!without.status.success());
}

#[test]
fn env_works_isolated_also_with_libraries_outside_the_nix_store() {
    let setup = Setup::with_own_cache(&["sh"]);
    let mut run = setup.run(["--isolate", "--env"]);
    run.arg(library_env(&setup))
        .arg(setup.program("sh"))
        .args(["-c", "echo runs"]);
    assert_eq!(stdout_of(&mut run), "runs\n");
}

#[test]
fn what_the_caller_has_chosen_is_left_alone() {
    let setup = Setup::with_own_cache(&["sh"]);
    let named = library_env(&setup);
    let loader = named.join("ld.so");
    let expected = format!("{} {}\n", loader.display(), named.display());
    for options in [&[][..], &["--isolate"]] {
        let mut run = setup.run(options);
        run.env("NIX_LD", &loader)
            .env("NIX_LD_LIBRARY_PATH", &named);
        run.arg(setup.program("sh"))
            .args(["-c", "echo $NIX_LD $NIX_LD_LIBRARY_PATH"]);
        assert_eq!(stdout_of(&mut run), expected);
    }
    assert!(kept(&setup).is_empty());
}

#[test]
fn the_systems_default_is_used_where_there_is_one() {
    let setup = Setup::with_own_cache(&["sh"]);
    let default = "/run/current-system/sw/share/nix-ld/lib";
    let host = Root::like_host().unwrap().without("/run");
    let system = host.link(library_env(&setup), default);
    for options in [&[][..], &["--isolate"]] {
        let mut run = setup.run(options);
        let script = format!("echo ${{NIX_LD-unset}}; test -e {default}/ld.so");
        run.arg(setup.program("sh")).args(["-c", &script]);
        assert_eq!(stdout_of(system.apply_to(&mut run, "/")), "unset\n");
    }
    assert!(kept(&setup).is_empty());
}

#[test]
fn a_run_within_a_run_uses_the_same_libraries() {
    let setup = Setup::with_own_cache(&[]);
    let ldshim = setup.path("bin/ldshim");
    let mut run = setup.run([&ldshim]);
    run.args(["run", "cat", "/proc/self/maps"]);
    let maps = stdout_of(&mut run);
    let loaders = maps.lines().filter(|line| line.contains("/ld-linux"));
    assert!(loaders.count() > 0, "{maps}");
    assert_eq!(kept(&setup).len(), 1);
}

#[test]
fn without_a_home_there_is_no_place_for_the_hosts_libraries() {
    let setup = Setup::with_own_cache(&[]);
    let mut run = setup.run(["true"]);
    let (status, message) = failure_of(run.env_remove("HOME").env_remove("XDG_CACHE_HOME"));
    assert_eq!(status, Some(125));
    assert!(
        message.contains("XDG_CACHE_HOME") && message.contains("--env"),
        "{message}"
    );
    let mut run = setup.run(["--env"]);
    run.arg(library_env(&setup))
        .arg("true")
        .env_remove("HOME")
        .env_remove("XDG_CACHE_HOME");
    assert_eq!(failure_of(&mut run), (Some(0), String::new()));
}

#[test]
fn what_is_no_library_environment_is_refused() {
    let setup = Setup::with_own_cache(&[]);
    let refused = |place: &str| {
        failure_of(
            setup
                .run(["--env", place, "sh", "-c", "exit 0"])
                .env("A", "B"),
        )
    };
    let (status, message) = refused("/no/such/place");
    assert_eq!(status, Some(125));
    assert!(
        message.contains("/no/such/place") && message.contains("No such file"),
        "{message}"
    );

    let (status, message) = refused("/etc/passwd");
    assert_eq!(status, Some(125));
    assert!(message.contains("not a directory"), "{message}");

    let (status, message) = refused("/etc");
    assert_eq!(status, Some(125));
    assert!(
        message.contains("/etc") && message.contains("ldshim env build"),
        "{message}"
    );
}

#[test]
fn a_library_environment_for_another_machine_is_refused() {
    let setup = Setup::with_own_cache(&[]);
    let foreign = setup.path("foreign");
    fs::create_dir(&foreign).unwrap();
    let mut header = fs::read(on_host("sh")).unwrap();
    // e_machine of an ELF header: RISC-V
    header[18..20].copy_from_slice(&[243, 0]);
    fs::write(foreign.join("ld.so"), header).unwrap();
    let mut run = setup.run(["--env"]);
    let (status, message) = failure_of(run.arg(&foreign).args(["sh", "-c", "exit 0"]));
    assert_eq!(status, Some(125));
    assert!(
        message.contains("RISCV") && message.contains("x86_64-linux"),
        "{message}"
    );
}
