//! sharp, from npm: a native addon for Node.js with its own libvips. The addon finds libvips by
//! `$ORIGIN`, and catches the exceptions that libvips throws.

use crate::common::{Plan, TestRoot};
use crate::fetched;

pub fn resizes_an_image_with_its_bundled_libvips(plan: Plan) {
    let mut root = TestRoot::new(plan);
    let node = fetched::add(&mut root, "node");
    for (name, package) in [
        ("sharp", "sharp"),
        ("sharp-linux-x64", "@img/sharp-linux-x64"),
        ("sharp-libvips-linux-x64", "@img/sharp-libvips-linux-x64"),
        ("colour", "@img/colour"),
        ("detect-libc", "detect-libc"),
        ("semver", "semver"),
    ] {
        fetched::add_at(&mut root, name, &format!("/w/node_modules/{package}"));
    }
    root.set("NODE_PATH", "/w/node_modules");
    root.assert_fails_without_stub(&node);

    root.write(
        "resize.js",
        "const sharp = require('sharp');
         const { readFileSync } = require('node:fs');
         const red = { width: 64, height: 48, channels: 3, background: 'red' };
         (async () => {
           const png = await sharp({ create: red }).png().toBuffer();
           const jpeg = await sharp(png).resize(32).jpeg().toBuffer();
           const { format, width, height } = await sharp(jpeg).metadata();
           console.log(format, width, height);
           await sharp(png.subarray(0, 60)).toBuffer().catch(() => console.log('caught'));
           const maps = readFileSync('/proc/self/maps', 'utf8').split('\\n');
           console.log(...new Set(maps.filter((line) => /libvips/.test(line)).map((line) => line.split(' ').pop())));
         })();",
    );
    let libvips = "/w/node_modules/@img/sharp-libvips-linux-x64/lib/libvips-cpp.so.8.18.7";
    assert_eq!(
        root.run(&node, &["resize.js"]),
        format!("jpeg 32 24\ncaught\n{libvips}\n")
    );
}
