//! The film of a first start: made of a real session, compared with what the tool prints now.
//!
//! `cargo xtask film` sets [`WRITE`], and the film is written in the place of being compared.

use std::env;
use std::fs;
use std::path::PathBuf;

use crate::WRITE;
use crate::ground::{Ground, programs};
use crate::page;

mod screen;
mod session;
mod svg;

use session::Session;

const FILM: &str = "docs/images/first-start.svg";

/// How long a picture stays that somebody has to read, in milliseconds.
const TO_READ: u32 = 1600;
const TO_READ_MUCH: u32 = 4000;

/// From the error to a running program, where nothing is set up.
fn record() -> String {
    let mut ground = Ground::new().with_stub_ld();
    ground.program(&programs::ninja(), "ninja");
    ground.packages.add_gcc();
    ground.publish();

    let mut session = Session::start(&ground);
    session.waits(800);
    session.types("./ninja --version");
    session.enters(TO_READ);
    session.types("ldshim ./ninja --version");
    session.enters_until("\x1b[?25l", TO_READ);
    session.answers("y", TO_READ_MUCH);
    session.types("ldshim ./ninja --version");
    session.enters(TO_READ_MUCH);
    svg::film(
        "From an error to a running program, with ldshim",
        &session.frames(),
    )
}

fn path() -> PathBuf {
    page::root().join(FILM)
}

fn differs(kept: &str, now: &str) -> Option<String> {
    let (kept, now) = (svg::texts(kept), svg::texts(now));
    let both = kept.iter().zip(&now);
    match both.clone().find(|(kept, now)| kept != now) {
        Some((kept, now)) => Some(format!("{kept:?} is now {now:?}")),
        None if kept.len() != now.len() => Some("its end is another one".to_owned()),
        None => None,
    }
}

#[test]
fn it_shows_what_the_tool_prints() {
    let film = record();
    if env::var_os(WRITE).is_some() {
        fs::create_dir_all(path().parent().expect("a folder")).expect("a folder");
        fs::write(path(), film).expect("a film");
        return;
    }
    let kept = fs::read_to_string(path()).expect("the film");
    if let Some(text) = differs(&kept, &film) {
        panic!("{FILM} no longer shows what is printed: {text}; `cargo xtask film` makes it anew");
    }
}

#[test]
fn another_text_is_noticed_and_another_size_is_not() {
    let kept = r#"<text x="1">ninja misses a</text><text x="1">in 1.6 MiB</text>"#;
    assert_eq!(differs(kept, kept), None);
    assert_eq!(differs(kept, &kept.replace("1.6", "1.7")), None);
    assert!(differs(kept, &kept.replace("misses", "lacks")).is_some());
    assert!(differs(kept, kept.split_at(40).0).is_some());
}
