//! `configureStub`, built for real: what comes of it works, and refers to what it needs and nothing else.

use std::fs;
use std::process::Command;

use serde_json::json;

use crate::library_environment::{built, ldshim, references, roots, store};
use crate::nix::{self, build, real_system};

#[test]
fn a_configured_stub_refers_to_the_library_environment_only() {
    let roots = roots();
    let environment = built(&roots, "libraryEnvironment");
    let stub = built(&roots, "stub");
    assert_eq!(references(&stub), [environment.display().to_string()]);
    // The control is in the stub's derivation: it may not refer to the package, as that of a package does.
    let size = store(&["--query", "--size"], &stub).unwrap();
    let size: u64 = size.parse().unwrap();
    let file = fs::metadata(stub.join("libexec/nix-ld")).unwrap().len();
    assert!(
        size < file + 1024,
        "{size} bytes, of which the stub has {file}"
    );
}

#[test]
fn a_configured_stub_starts_programs_with_nothing_set() {
    let roots = roots();
    let environment = built(&roots, "libraryEnvironment");
    let stub = built(&roots, "stub").join("libexec/nix-ld");
    let shown = ldshim(&["stub", "show", "--json"], &stub);
    assert_eq!(shown["library_dir"], json!(environment));

    let mut start = Command::new(&stub);
    start.env_clear().args(["--list", "/bin/sh"]);
    let listed = nix::run(&mut start).unwrap();
    let libc = environment.join("libc.so.6");
    let libc = fs::canonicalize(libc).unwrap();
    // By its own path from the cache, or by that of the link from the library path.
    let paths = [libc, environment];
    let is_there = paths
        .iter()
        .any(|path| listed.contains(&*path.to_string_lossy()));
    assert!(is_there, "{listed}");
}

#[test]
fn one_stub_has_the_library_environments_of_glibc_and_of_musl() {
    let configuration = "({ pkgs, ... }: {
        programs.nix-ld = {
          enable = true;
          onDemand = \"ask\";
          musl.enable = true;
          musl.libraries = [ pkgs.musl ];
        };
    })";
    let roots = roots();
    let made = |name: &str| {
        let attribute = format!("config.programs.nix-ld.internal.{name}");
        let expression = real_system(configuration, &attribute);
        build(&expression, &roots.path().join(name)).unwrap()
    };
    let environment = made("libraryEnvironment");
    let musl = made("muslLibraryEnvironment");
    let stub = made("stub");
    let shown = ldshim(&["stub", "show", "--json"], &stub.join("libexec/nix-ld"));
    assert_eq!(shown["library_dir"], json!(environment));
    assert_eq!(shown["on_demand"], "ask");
    assert_eq!(shown["musl_library_dir"], json!(musl));
    let shown = ldshim(&["env", "show", "--json"], &musl);
    assert_eq!(shown["loader"]["c_library"], "musl", "{shown:#}");
    let mut references = references(&stub);
    references.sort();
    let mut expected = [environment, musl].map(|path| path.display().to_string());
    expected.sort();
    assert_eq!(references, expected);
}
