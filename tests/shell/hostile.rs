//! Names that would be something else in Nix

use crate::nix;
use crate::user::{User, assert_well_formed};

/// Attributes as an index may have them: the name, and what it has to be in Nix.
const NAMES: [(&str, &str); 7] = [
    ("3d-view", "\"3d-view\""),
    ("with", "\"with\""),
    ("a ]; b = [ ", "\"a ]; b = [ \""),
    ("${builtins.abort \"x\"}", "\"\\${builtins\".\"abort x}\""),
    ("back\\slash", "\"back\\\\slash\""),
    ("sets.python3-foo", "sets.python3-foo"),
    ("größe", "\"größe\""),
];

#[test]
fn attributes_are_quoted_where_nix_needs_it() {
    for (attribute, quoted) in NAMES {
        let user = User::with_index(&[(attribute, "out", "libmissing.so.3")]);
        user.program("tool", &["libmissing.so.3"]);
        for format in ["shell", "flake", "nixos"] {
            let text = user.file(format, &["tool"]);
            assert_well_formed(&text);
            assert!(
                text.contains(&format!("pkgs.{quoted}.out # ")),
                "{quoted}\n{text}"
            );
        }
        // It means that attribute, and nothing else.
        let text = user.file("shell", &["tool"]);
        let found = format!("{{ {quoted}.out = \"/found\"; }}");
        let pkgs = format!(
            "{found} // {{ mkShell = it: it; stdenv.cc.bintools.dynamicLinker = \"\"; lib.makeLibraryPath = it: it; }}"
        );
        let shell = nix::evaluate(&format!(
            "(({text}) {{ pkgs = {pkgs}; }}).NIX_LD_LIBRARY_PATH"
        ))
        .unwrap();
        assert_eq!(shell, serde_json::json!(["/found"]), "{attribute}");
    }
}

#[test]
fn names_of_programs_and_libraries_stay_in_their_comments() {
    let user = User::with_index(&[("openssl", "out", "libmissing.so.3")]);
    let program = "tool\nabort \"x\"";
    user.library("lib\nbad.so.1");
    user.cc(
        "int main(void) { return 0; }",
        &[
            "-o",
            program,
            "-L.",
            "-Wl,--no-as-needed",
            "-l:libmissing.so.3",
            "-l:lib\nbad.so.1",
        ],
    );
    for format in ["shell", "flake", "nixos"] {
        let ran = user.ldshim(&["shell", "--format", format, program]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert_well_formed(&ran.stdout);
        let is_code = |line: &&str| line.contains("abort") && !line.starts_with('#');
        assert_eq!(ran.stdout.lines().find(is_code), None, "{}", ran.stdout);
        assert!(
            ran.stdout.contains("#   lib\u{fffd}bad.so.1: no package"),
            "{}",
            ran.stdout
        );
    }
}

#[test]
fn a_package_that_has_no_attribute_of_its_own_is_not_named() {
    let packages = [("firefox", "out", "libmissing.so.3")];
    for (is_top_level, code) in [(true, Some(0)), (false, Some(1))] {
        let user = User::with_index_of(&packages, is_top_level);
        user.program("tool", &["libmissing.so.3"]);
        let ran = user.ldshim(&["shell", "tool"]);
        assert_eq!(ran.code, code, "{ran:?}");
        assert_eq!(ran.stdout.contains("pkgs.firefox"), is_top_level, "{ran:?}");
    }
}
