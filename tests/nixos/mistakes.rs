//! Wrong configurations: the message names the option, and the next step.

use serde_json::json;

use crate::nix::{configured, evaluate, system};

/// The messages about a configuration that is wrong.
fn messages(on: &str, configuration: &str) -> Vec<String> {
    let whole = format!("{{ programs.nix-ld = {{ enable = true; {configuration} }}; }}");
    let failed = evaluate(&system(on, &whole, "failed")).unwrap();
    let failed = failed.as_array().unwrap().iter();
    failed
        .map(|message| message.as_str().unwrap().trim_end().to_owned())
        .collect()
}

/// What evaluation says of a configuration that cannot be evaluated.
fn error(configuration: &str, attribute: &str) -> String {
    let whole = format!("{{ programs.nix-ld = {{ enable = true; {configuration} }}; }}");
    configured(&whole, attribute).expect_err(configuration)
}

#[test]
fn a_right_configuration_has_no_message() {
    assert_eq!(messages("x86_64-linux", ""), Vec::<String>::new());
    assert_eq!(messages("aarch64-linux", ""), Vec::<String>::new());
}

#[test]
fn nix_lds_own_module_beside_it() {
    let dev =
        "{ lib, ... }: { options.programs.nix-ld.dev.enable = lib.mkEnableOption \"nix-ld\"; }";
    let configuration = |enabled: bool| {
        format!(
            "{{ imports = [ ({dev}) ]; programs.nix-ld.enable = true; programs.nix-ld.dev.enable = {enabled}; }}"
        )
    };
    assert_eq!(
        configured(&configuration(true), "failed").unwrap(),
        json!([
            "programs.nix-ld.enable and programs.nix-ld.dev.enable are both set, and only one stub can be at the loader's path. Remove programs.nix-ld.dev, and nix-ld's own module with it: ldshim takes its place.\n"
        ])
    );
    assert_eq!(
        configured(&configuration(false), "failed").unwrap(),
        json!([])
    );
}

#[test]
fn programs_of_32_bits_on_aarch64() {
    assert_eq!(
        messages("aarch64-linux", "enable32Bit = true;"),
        [
            "programs.nix-ld.enable32Bit is set, but this system is aarch64-linux, which cannot run programs for i686. Remove it; for emulation there is programs.nix-ld.emulatedSystems."
        ]
    );
    assert_eq!(
        messages("x86_64-linux", "enable32Bit = true;"),
        Vec::<String>::new()
    );
}

#[test]
fn a_path_among_the_libraries() {
    for path in ["\"/usr/lib\"", "/usr/lib", "\"zlib\""] {
        let text = error(
            &format!("libraries = [ {path} ];"),
            "config.systemd.tmpfiles.rules",
        );
        assert!(
            text.contains(
                "A definition for option `programs.nix-ld.libraries.\"[definition 1-entry 1]\"' is not of type `package (for directories outside the Nix store there is programs.nix-ld.extraPaths)'."
            ),
            "{text}"
        );
    }
}

/// Whatever needs its tool first: nothing else may be said than this.
#[test]
fn a_package_that_is_not_ldshim() {
    let package = "package = derivation { name = \"nix-ld-2.0.6\"; system = \"x86_64-linux\"; builder = \"/bin/sh\"; };";
    let expected = "A definition for option `programs.nix-ld.package' is not of type `package of ldshim (nixpkgs' nix-ld is another: remove the setting, for the default is ldshim's own)'.";
    for (more, attribute) in [
        ("", "config.systemd.tmpfiles.rules"),
        ("enable32Bit = true;", "failed"),
        ("ldconfig.enable = true;", "failed"),
    ] {
        let text = error(&format!("{package} {more}"), attribute);
        assert!(text.contains(expected), "{more}: {text}");
        assert!(text.contains("nix-ld-2.0.6"), "{text}");
    }
}

#[test]
fn extra_paths_that_are_no_directories_outside_the_store() {
    assert_eq!(
        messages(
            "x86_64-linux",
            "extraPaths = [ \"lib\" \"/a:/b\" \"/a;b\" \"/a b\" \"/fine\" ];"
        ),
        [
            "programs.nix-ld.extraPaths has lib, /a:/b, /a;b: not an absolute path of a directory, or one with a colon or semicolon in it, by which a loader separates directories."
        ]
    );
    assert_eq!(
        messages("x86_64-linux", "extraPaths = [ \"/nix/store/x/lib\" ];"),
        [
            "programs.nix-ld.extraPaths has /nix/store/x/lib, which is in the Nix store: put the package into programs.nix-ld.libraries."
        ]
    );
    let text = error(
        "extraPaths = [ /usr/lib ];",
        "config.programs.nix-ld.extraPaths",
    );
    assert!(text.contains("programs.nix-ld.extraPaths"), "{text}");
    assert!(text.contains("is not of type `string'"), "{text}");
}

#[test]
fn emulated_systems_that_cannot_be() {
    let of = |systems: &str| messages("x86_64-linux", &format!("emulatedSystems = [ {systems} ];"));
    assert_eq!(
        of("\"aarch64-linux\""),
        [
            "programs.nix-ld.emulatedSystems has aarch64-linux, which is not emulated: add it to boot.binfmt.emulatedSystems."
        ]
    );
    assert_eq!(
        of("\"i686-linux\""),
        [
            "programs.nix-ld.emulatedSystems has i686-linux, which this system runs itself. Remove it; 32-bit programs are the subject of programs.nix-ld.enable32Bit."
        ]
    );
    assert_eq!(
        of("\"mips-linux\""),
        [
            "programs.nix-ld.emulatedSystems has mips-linux; ldshim knows aarch64-linux, i686-linux, riscv64-linux, x86_64-linux."
        ]
    );
}

#[test]
fn a_preset_that_does_not_exist() {
    let text = error("presets = [ \"deskop\" ];", "config.systemd.tmpfiles.rules");
    assert!(text.contains("programs.nix-ld.presets"), "{text}");
    assert!(text.contains("\"desktop\""), "the right names: {text}");
}

#[test]
fn an_option_that_does_not_exist() {
    let text = error("libaries = [ ];", "config.systemd.tmpfiles.rules");
    assert!(
        text.contains("The option `programs.nix-ld.libaries' does not exist."),
        "{text}"
    );
}

#[test]
fn a_preset_whose_package_this_nixpkgs_lacks() {
    let find = |names: &str| {
        evaluate(&format!(
            "(import ./nixos-module/find-package.nix {{ lib = import ./tests/nixos/nixpkgs/lib; }}) \
             \"programs.nix-ld.presets: games\" {{ old.name = 1; }} \"{names}\""
        ))
    };
    assert_eq!(find("new-name|old.name").unwrap(), json!(1));
    let text = find("new-name|other.name").unwrap_err();
    assert!(
        text.contains("programs.nix-ld.presets: games needs the package new-name|other.name, and this nixpkgs has none of that name"),
        "{text}"
    );
}

#[test]
fn two_rules_for_ldconfig() {
    let other = "systemd.tmpfiles.rules = [ \"L+ /sbin/ldconfig - - - - /somewhere\" \"d /sbin 0755 root root\" ];";
    let whole = |enabled: bool| {
        format!(
            "{{ programs.nix-ld = {{ enable = true; ldconfig.enable = {enabled}; }}; {other} }}"
        )
    };
    assert_eq!(
        configured(&whole(true), "failed").unwrap(),
        json!([
            "programs.nix-ld.ldconfig.enable is set, and systemd.tmpfiles.rules has another /sbin/ldconfig: L+ /sbin/ldconfig - - - - /somewhere. Remove one of the two.\n"
        ])
    );
    assert_eq!(configured(&whole(false), "failed").unwrap(), json!([]));
    assert_eq!(
        messages("x86_64-linux", "ldconfig.enable = true;"),
        Vec::<String>::new()
    );
}
