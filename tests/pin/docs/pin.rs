//! docs/pin.md: the Python of Debian, from the first error to its pin.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::command::foreign::{fetched, with_the_stub};
use crate::common;

use super::stage::Stage;

pub fn shows_the_way_to_a_pin() {
    let mut stage = Stage::new("docs/pin.md", "py");
    let original = fetched("python");
    let prefix = original.ancestors().nth(2).expect("a prefix");
    let mut copy = Command::new("cp");
    copy.arg("-aL").arg(prefix.join("lib")).arg(stage.folder());
    assert!(copy.status().expect("cp").success());
    fs::create_dir_all(stage.folder().join("bin")).expect("a folder");
    let program = stage.folder().join("bin/python3.11");
    let _short = with_the_stub(&stage.ground, &original, &program);
    let [zlib, expat] = ["zlib1g", "libexpat1"].map(common::store_path);
    let second = stage.ground.path("zlib-ng-2.2.4/lib");
    fs::create_dir_all(&second).expect("a folder");
    fs::copy(zlib.join("lib/libz.so.1"), second.join("libz.so.1")).expect("a file");
    let second = stage.ground.store("zlib-ng-2.2.4");
    let packages: [(&str, &Path, &str); 3] = [
        ("zlib", &zlib, "lib/libz.so.1"),
        ("zlib-ng", &second, "lib/libz.so.1"),
        ("expat", &expat, "lib/libexpat.so.1"),
    ];
    stage.shows("./bin/python3.11 -c 'import zlib'");
    stage.ground.import(&packages);
    stage.shows("ldshim explain bin/python3.11");
    stage.shows("ldshim pin bin/python3.11");
    stage.shows("ldshim pin --select libz.so.1=zlib bin/python3.11");
    stage.shows("./bin/python3.11 -c 'import zlib; print(zlib.ZLIB_RUNTIME_VERSION)'");
    stage.shows("ldshim pins");
}
