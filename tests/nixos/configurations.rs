//! Right configurations, and what comes of them: tmpfiles rules, variables, links.

use serde_json::{Value, json};

use crate::nix::{self, configured, evaluate, system};

/// The first word of the tmpfiles rule for a path, and the name of the store path that it leads to.
fn rule(rules: &Value, path: &str) -> Option<(String, String)> {
    let rules = rules.as_array().unwrap();
    let words = rules
        .iter()
        .map(|rule| rule.as_str().unwrap().split(' ').collect::<Vec<_>>());
    let mut rules = words.filter(|words| words[1] == path);
    let words = rules.next()?;
    assert_eq!(rules.next(), None, "two rules for {path}");
    Some((words[0].to_owned(), without_hash(words[words.len() - 1])))
}

/// `/nix/store/HASH-name/file` without the hash: `name/file`.
fn without_hash(path: &str) -> String {
    match path.strip_prefix("/nix/store/") {
        Some(rest) => rest
            .split_once('-')
            .map_or(rest, |(_, name)| name)
            .to_owned(),
        None => path.to_owned(),
    }
}

fn rules(configuration: &str) -> Value {
    let right = configured(configuration, "failed").unwrap();
    assert_eq!(right, json!([]), "{configuration}");
    configured(configuration, "config.systemd.tmpfiles.rules").unwrap()
}

fn placed() -> Option<(String, String)> {
    Some(("L+".to_owned(), "nix-ld-stub/libexec/nix-ld".to_owned()))
}

fn removed() -> Option<(String, String)> {
    Some(("r".to_owned(), "-".to_owned()))
}

const LOADER: &str = "/lib64/ld-linux-x86-64.so.2";
const LOADER32: &str = "/lib/ld-linux.so.2";
const MUSL: &str = "/lib/ld-musl-x86_64.so.1";
const AARCH64: &str = "/lib/ld-linux-aarch64.so.1";

#[test]
fn enabled_it_puts_a_configured_stub_at_the_loaders_path() {
    let enabled = rules("{ programs.nix-ld.enable = true; environment.stub-ld.enable = false; }");
    assert_eq!(rule(&enabled, LOADER), placed());
    assert_eq!(rule(&enabled, LOADER32), removed());
    let disabled = rules("{ environment.stub-ld.enable = false; }");
    assert_eq!(rule(&disabled, LOADER), removed());
}

#[test]
fn it_goes_before_the_explanation_of_stub_ld() {
    let enabled = rules("{ programs.nix-ld.enable = true; }");
    assert_eq!(rule(&enabled, LOADER), placed());
    let explained = Some(("L+".to_owned(), "stub-ld".to_owned()));
    assert_eq!(rule(&rules("{ }"), LOADER), explained);
}

#[test]
fn it_leaves_envfs_alone() {
    let with = "{ programs.nix-ld.enable = true; services.envfs.enable = true; }";
    assert_eq!(rules(with), rules("{ programs.nix-ld.enable = true; }"));
}

#[test]
fn the_variables_of_a_session_name_the_systems_library_environment() {
    let variables = |configuration: &str| {
        configured(configuration, "config.environment.sessionVariables").unwrap()
    };
    let expected = json!({
        "NIX_LD": "/run/current-system/sw/share/nix-ld/lib/ld.so",
        "NIX_LD_LIBRARY_PATH": "/run/current-system/sw/share/nix-ld/lib",
    });
    assert_eq!(variables("{ programs.nix-ld.enable = true; }"), expected);
    let off = "{ programs.nix-ld.enable = true; programs.nix-ld.setVariables = false; }";
    assert_eq!(variables(off), json!({}));
    assert_eq!(variables("{ }"), json!({}));
}

#[test]
fn a_users_own_variable_counts() {
    let own = "{ programs.nix-ld.enable = true; environment.sessionVariables.NIX_LD = \"/x\"; }";
    let value = configured(own, "config.environment.sessionVariables.NIX_LD").unwrap();
    assert_eq!(value, json!("/x"));
}

#[test]
fn the_library_environment_is_linked_where_nix_ld_has_always_had_it() {
    let is_linked = |configuration: &str| {
        let links = configured(configuration, "config.environment.pathsToLink").unwrap();
        links.as_array().unwrap().contains(&json!("/share/nix-ld"))
    };
    assert!(is_linked("{ programs.nix-ld.enable = true; }"));
    assert!(!is_linked("{ }"));
}

/// What a configuration comes to with nixpkgs' own module, or ours in its place.
fn compared(configuration: &str, module: &str) -> Value {
    let nixpkgs = nix::nixpkgs().map(|path| format!("nixpkgs = {};", nix::in_nix(&path)));
    let nixpkgs = nixpkgs.unwrap_or_default();
    evaluate(&format!(
        "let evaluated = import ./tests/nixos/evaluate.nix {{ {nixpkgs} {module} configuration = {configuration}; }};
             inherit (evaluated) config; in {{
           libraries = builtins.sort builtins.lessThan (map (it: it.name) config.programs.nix-ld.libraries);
           variables = config.environment.sessionVariables;
           link = builtins.elem \"/share/nix-ld\" config.environment.pathsToLink;
           stub = builtins.match \".*/libexec/nix-ld\" (toString config.environment.ldso) != null;
           inherit (evaluated) failed;
         }}"
    ))
    .unwrap()
}

const THEIRS: &str = "module = { };";

#[test]
fn a_configuration_for_nixpkgs_own_module_means_the_same() {
    for configuration in [
        "{ }",
        "{ programs.nix-ld.enable = true; environment.stub-ld.enable = false; }",
        "({ pkgs, ... }: { programs.nix-ld = { enable = true; libraries = [ pkgs.zlib pkgs.gtk3 ]; }; })",
        "({ lib, pkgs, ... }: { programs.nix-ld = { enable = true; libraries = lib.mkForce [ pkgs.zlib ]; }; })",
    ] {
        let theirs = compared(configuration, THEIRS);
        assert_eq!(compared(configuration, ""), theirs, "{configuration}");
        assert_eq!(theirs["stub"], configuration.contains("enable = true"));
    }
}

#[test]
fn the_package_serves_nixpkgs_own_module() {
    let configuration = "({ pkgs, ... }: { programs.nix-ld.enable = true; \
         programs.nix-ld.package = pkgs.callPackage ./package.nix { }; })";
    let theirs = compared(configuration, THEIRS);
    assert_eq!(
        (&theirs["stub"], &theirs["failed"]),
        (&json!(true), &json!([]))
    );
}

/// The names of the packages in an option.
fn names(configuration: &str, option: &str) -> Vec<String> {
    let whole = format!("{{ programs.nix-ld = {{ enable = true; {configuration} }}; }}");
    let option = format!("config.programs.nix-ld.{option}");
    let expression = format!(
        "map (it: it.name) {}",
        system("x86_64-linux", &whole, &option)
    );
    let names = evaluate(&expression).unwrap();
    let names = names.as_array().unwrap().iter();
    names
        .map(|name| name.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_default_libraries_are_those_of_nixpkgs() {
    let names = names("", "libraries");
    assert_eq!(names.len(), 14, "{names:?}");
    for name in ["zlib", "gcc-lib", "curl", "openssl", "systemd"] {
        assert!(
            names.iter().any(|found| found == name),
            "{name} in {names:?}"
        );
    }
}

#[test]
fn a_users_libraries_are_added_before_the_defaults() {
    let package =
        "(derivation { name = \"mine\"; system = \"x86_64-linux\"; builder = \"/bin/sh\"; })";
    let added = names(&format!("libraries = [ {package} ];"), "libraries");
    assert_eq!((added.len(), added[0].as_str()), (15, "mine"));
}

#[test]
fn a_preset_adds_its_libraries() {
    let with = names("presets = [ \"desktop\" ];", "libraries");
    let without = names("", "libraries");
    assert!(without.iter().all(|it| with.contains(it)), "{with:?}");
    for name in ["gtk3", "libx11", "libXxf86vm", "alsa-lib"] {
        assert!(with.iter().any(|it| it == name), "{name} in {with:?}");
        assert!(!without.iter().any(|it| it == name), "{name}");
    }
}

#[test]
fn every_preset_names_packages_that_there_are() {
    let defaults = names("", "libraries").len();
    let presets = ldshim::presets::packages();
    assert!(presets.contains_key("qt") && presets.len() > 6);
    for (preset, packages) in presets {
        let libraries = names(&format!("presets = [ \"{preset}\" ];"), "libraries");
        // As the tool has them: each by one of its names.
        for package in &packages {
            let mut names = package.split('|').filter_map(|it| it.rsplit('.').next());
            let is_there = names.any(|name| libraries.iter().any(|it| it == name));
            assert!(is_there, "{preset}: {package} in {libraries:?}");
        }
        assert_eq!(libraries.len(), defaults + packages.len(), "{preset}");
    }
}

#[test]
fn graphics_drivers_are_known_where_the_system_has_them() {
    let value = |configuration: &str, option: &str| {
        let whole = format!("{{ programs.nix-ld.enable = true; {configuration} }}");
        configured(&whole, &format!("config.programs.nix-ld.{option}")).unwrap()
    };
    let graphics = "hardware.graphics.enable = true;";
    let known = value(graphics, "internal.knownPaths");
    assert_eq!(known[0]["path"], "/run/opengl-driver/lib");
    assert_eq!(known[0]["packages"].as_array().unwrap().len(), 1);
    assert_eq!(value(graphics, "extraPaths"), json!([]));
    assert_eq!(value("", "internal.knownPaths"), json!([]));
}

#[test]
fn programs_of_32_bits_have_a_stub_libraries_and_variables_of_their_own() {
    let configuration = "{ programs.nix-ld.enable = true; programs.nix-ld.enable32Bit = true; }";
    let rules = rules(configuration);
    assert_eq!(rule(&rules, LOADER32), placed());
    assert_eq!(rule(&rules, LOADER), placed());
    let stub = |path: &str| {
        let rules = rules.as_array().unwrap().iter();
        let mut rules = rules.filter(|rule| rule.as_str().unwrap().contains(&format!(" {path} ")));
        let rule = rules.next().unwrap().as_str().unwrap();
        rule.rsplit_once(' ').unwrap().1.to_owned()
    };
    assert_ne!(stub(LOADER), stub(LOADER32));
    let variable = "config.environment.sessionVariables.NIX_LD_LIBRARY_PATH_i686_linux";
    assert_eq!(
        configured(configuration, variable).unwrap(),
        json!("/run/current-system/sw/share/nix-ld-i686-linux/lib")
    );
    let libraries = names(
        "enable32Bit = true; presets = [ \"games\" \"electron\" ];",
        "libraries32",
    );
    assert!(libraries.iter().any(|it| it == "SDL2"), "{libraries:?}");
    assert!(!libraries.iter().any(|it| it == "nss"), "{libraries:?}");
}

#[test]
fn ldconfig_is_where_programs_ask_for_it_if_it_is_enabled() {
    let with = |set: &str| rules(&format!("{{ programs.nix-ld = {{ {set} }}; }}"));
    let path = "/sbin/ldconfig";
    let on = with("enable = true; ldconfig.enable = true;");
    let (kind, target) = rule(&on, path).unwrap();
    assert_eq!(kind, "L+");
    assert!(target.ends_with("/libexec/ldshim/bin/ldconfig"), "{target}");
    // What is there otherwise is somebody else's.
    for off in ["enable = true;", "ldconfig.enable = true;", ""] {
        assert_eq!(rule(&with(off), path), None, "{off}");
    }
}

#[test]
fn programs_of_musl_are_started_by_the_same_stub() {
    let with = rules(
        "{ programs.nix-ld.enable = true; programs.nix-ld.musl.enable = true; environment.stub-ld.enable = false; }",
    );
    assert_eq!(rule(&with, MUSL), placed());
    let without = rules("{ programs.nix-ld.enable = true; }");
    assert_eq!(rule(&without, MUSL), removed());
    let off = rules("{ programs.nix-ld.musl.enable = true; }");
    assert_eq!(rule(&off, MUSL), removed(), "nothing is enabled");
}

#[test]
fn emulated_systems_have_loaders_too() {
    let configuration = "{ boot.binfmt.emulatedSystems = [ \"aarch64-linux\" \"riscv64-linux\" ]; \
         programs.nix-ld.enable = true; programs.nix-ld.emulatedSystems = [ \"aarch64-linux\" ]; }";
    let rules = rules(configuration);
    assert_eq!(rule(&rules, AARCH64), placed());
    assert_eq!(rule(&rules, "/lib/ld-linux-riscv64-lp64d.so.1"), removed());
    let variable = "config.environment.sessionVariables.NIX_LD_aarch64_linux";
    assert_eq!(
        configured(configuration, variable).unwrap(),
        json!("/run/current-system/sw/share/nix-ld-aarch64-linux/lib/ld.so")
    );
}

#[test]
fn on_aarch64_it_is_that_systems_loader() {
    let configuration = "{ programs.nix-ld.enable = true; environment.stub-ld.enable = false; }";
    let expression = system(
        "aarch64-linux",
        configuration,
        "config.systemd.tmpfiles.rules",
    );
    let rules = evaluate(&expression).unwrap();
    assert_eq!(rule(&rules, AARCH64), placed());
    assert_eq!(rule(&rules, LOADER), removed(), "an emulated one, if any");
}

#[test]
fn another_glibc_is_named_by_a_package_or_a_path() {
    let loader = |value: &str| {
        let configuration =
            format!("{{ programs.nix-ld.enable = true; programs.nix-ld.loader = {value}; }}");
        let environment = system(
            "x86_64-linux",
            &configuration,
            "config.programs.nix-ld.internal.libraryEnvironment.loader",
        );
        evaluate(&environment).unwrap()
    };
    assert_eq!(loader("\"/x/ld.so\""), json!("/x/ld.so"));
    let package =
        "(derivation { name = \"glibc-9\"; system = \"x86_64-linux\"; builder = \"/bin/sh\"; })";
    let path = loader(package);
    assert_eq!(
        without_hash(path.as_str().unwrap()),
        "glibc-9/lib/ld-linux-x86-64.so.2"
    );
}
