//! The programs of `programs.json`, as `cargo xtask fetch` has unpacked them.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::common::{TestRoot, target};

/// Shows the program called `name` at `/w/NAME`, and returns the path of its executable there.
pub fn add(root: &mut TestRoot, name: &str) -> String {
    add_at(root, name, &format!("/w/{name}"));
    format!("/w/{name}/{}", executable(name))
}

/// Where in its folder the executable of the program called `name` is.
pub fn executable(name: &str) -> String {
    let program = manifest_entry(name);
    let executable = program["executable"].as_str();
    executable.expect("it has an executable").to_owned()
}

/// Whether the program or library called `name` is fetched only where all are asked for.
pub fn is_large(name: &str) -> bool {
    let mut large = entries().into_iter().filter(|it| it["large"] == true);
    large.any(|it| it["name"] == name)
}

/// What its registry calls the program or library called `name`.
pub fn name_in_registry(name: &str) -> String {
    let program = manifest_entry(name);
    let package = program["package"].as_str();
    package.expect("it is of a registry").to_owned()
}

/// Shows the folder of the program or library called `name` at `path`.
pub fn add_at(root: &mut TestRoot, name: &str, path: &str) {
    root.bind(&folder(name), Path::new(path));
}

/// The folder of the program or library called `name`, outside the root.
pub fn folder(name: &str) -> PathBuf {
    let program = manifest_entry(name);
    let version = program["version"].as_str().expect("it has a version");
    let folder = target().join("programs").join(format!("{name}-{version}"));
    assert!(
        folder.is_dir(),
        "{name} is not fetched yet; run `cargo xtask fetch` first"
    );
    folder
}

fn manifest_entry(name: &str) -> Value {
    let program = entries().into_iter().find(|it| it["name"] == name);
    program.unwrap_or_else(|| panic!("programs.json has no {name}"))
}

fn entries() -> Vec<Value> {
    serde_json::from_str(include_str!("programs.json")).expect("programs.json is JSON")
}
