//! The options as their users meet them: described, with an example, and listed in docs/options.md.

use std::fs;

use serde_json::{Value, json};

use crate::nix::{self, evaluate, system};

/// The options that users set, by name: what is declared of each.
fn options() -> Vec<(String, Value)> {
    let options = system("x86_64-linux", "{ }", "options.programs.nix-ld");
    let about = "name: option: {
        inherit name;
        described = builtins.isString option.description && option.description != \"\";
        example = option ? example;
        typed = option ? type;
      }";
    let list = format!(
        "let about = {about};
             list = prefix: set: builtins.concatLists (map (name:
               let it = set.${{name}}; in
               if it._type or \"\" == \"option\" then
                 (if it.internal or false then [ ] else [ (about (prefix + name) it) ])
               else list (prefix + name + \".\") it) (builtins.attrNames set));
         in list \"\" {options}"
    );
    let list = evaluate(&list).unwrap();
    let options = list.as_array().unwrap().iter();
    options
        .map(|option| (option["name"].as_str().unwrap().to_owned(), option.clone()))
        .collect()
}

#[test]
fn nixpkgs_options_are_all_there() {
    let names: Vec<_> = options().into_iter().map(|(name, _)| name).collect();
    for name in ["enable", "package", "libraries"] {
        assert!(names.iter().any(|it| it == name), "{name} in {names:?}");
    }
}

#[test]
fn each_has_a_description_an_example_and_a_type() {
    for (name, option) in options() {
        let expected = json!({ "name": name, "described": true, "example": true, "typed": true });
        assert_eq!(option, expected);
    }
}

#[test]
fn the_documentation_lists_each_and_no_other() {
    let page = fs::read_to_string(nix::root().join("docs/options.md")).unwrap();
    let (_, section) = page.split_once("## Options\n").expect("the section");
    let table = section.split("\n#").next().unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `"));
    let mut listed: Vec<_> = rows.filter_map(|row| row.split('`').next()).collect();
    listed.sort_unstable();
    let mut names: Vec<_> = options().into_iter().map(|(name, _)| name).collect();
    names.sort_unstable();
    assert_eq!(listed, names);
}
