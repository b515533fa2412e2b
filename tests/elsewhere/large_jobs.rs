//! What the large programs do, each in every root.

use std::fs;
use std::process::Stdio;

use crate::place::Place;
use crate::screen::Screen;

/// It makes a film of a test picture, and plays it.
pub fn ffmpeg(place: &Place) {
    let source = [
        "-f",
        "lavfi",
        "-i",
        "testsrc=duration=1:size=160x120:rate=10",
    ];
    let quiet = ["-loglevel", "error", "-nostdin"];
    place.run(&[&quiet[..], &source, &["-c:v", "libx264", "/tmp/film.mp4"]].concat());
    let hash = ["-i", "/tmp/film.mp4", "-f", "framehash", "-"];
    let printed = place.run(&[&quiet[..], &hash].concat());
    let frames = printed.lines().filter(|line| line.starts_with("0,"));
    assert_eq!(frames.count(), 10, "{printed}");
}

/// It loads a module for each format.
pub fn imagemagick(place: &Place) {
    place.run(&["-size", "64x48", "gradient:red-blue", "/tmp/picture.png"]);
    let png = fs::read(place.outside("picture.png")).expect("a picture");
    assert!(png.starts_with(b"\x89PNG"));
    place.run(&["/tmp/picture.png", "-resize", "50%", "/tmp/small.jpg"]);
    let printed = place.run(&["/tmp/small.jpg", "-format", "%m %wx%h", "info:"]);
    assert_eq!(printed, "JPEG 32x24");
}

/// It has a Python inside.
pub fn gdb(place: &Place) {
    let script = "python import json; print(json.dumps({'answer': 6 * 7}))";
    let printed = place.run(&["-nx", "--batch", "-ex", script]);
    assert_eq!(printed, "{\"answer\": 42}\n");
}

/// It shows its window, with text, icons and pictures, on a screen of the host.
pub fn gtk(place: &Place) {
    let screen = Screen::start();
    // The negative control: nothing is there yet.
    assert_eq!(screen.colours(), 1);
    let mut command = place.command(place.program());
    command.env("DISPLAY", screen.display());
    let mut program = command
        .stderr(Stdio::piped())
        .spawn()
        .expect("it can be started");
    screen.wait_for("gtk3-widget-factory", &mut program);
    program.kill().expect("it is our child");
    let output = program.wait_with_output().expect("it is our child");
    let said = String::from_utf8_lossy(&output.stderr);
    // It says so of each icon, font or schema that it does not find.
    for complaint in ["Could not load", "Fontconfig error", "GLib-GIO-ERROR"] {
        assert!(!said.contains(complaint), "{said}");
    }
}
