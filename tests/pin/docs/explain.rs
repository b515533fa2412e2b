//! docs/run.md: a program that misses a library of a library of its own.

use std::fs;

use crate::common;
use crate::nix::text;
use crate::world::compile;

use super::stage::Stage;

pub fn shows_what_a_program_needs() {
    let mut stage = Stage::new("docs/run.md", "tool");
    let linked = stage.ground.path("linked");
    let own = stage.folder().join("lib");
    for folder in [&linked, &own] {
        fs::create_dir_all(folder).expect("a folder");
    }
    let curl = linked.join("libcurl.so.4");
    let shared = ["-shared", "-fPIC"];
    compile(
        "int c(void) { return 0; }",
        &curl,
        &[&shared[..], &["-Wl,-soname,libcurl.so.4"]].concat(),
    );
    let library = own.join("libown.so");
    compile(
        "int c(void); int o(void) { return c(); }",
        &library,
        &[&shared[..], &["-Wl,-soname,libown.so", text(&curl)]].concat(),
    );
    let zlib = common::store_path("zlib1g").join("lib/libz.so.1");
    let tool = stage.folder().join("tool");
    let arguments = [
        "-Wl,--no-as-needed",
        text(&zlib),
        text(&library),
        "-Wl,-rpath,$ORIGIN/lib",
        "-Wl,--allow-shlib-undefined",
    ];
    compile(
        "int o(void); int main(void) { return o(); }",
        &tool,
        &arguments,
    );
    let package = stage.ground.path("curl-8.16.0/lib");
    fs::create_dir_all(&package).expect("a folder");
    fs::copy(&curl, package.join("libcurl.so.4")).expect("a file");
    let curl = stage.ground.store("curl-8.16.0");
    stage.ground.put_into_environment("libz.so.1", &zlib);
    stage.ground.import(&[
        ("curl", &curl, "lib/libcurl.so.4"),
        ("curlFull", &curl, "lib/libcurl.so.4"),
    ]);
    stage.shows("ldshim explain ./tool");
}
