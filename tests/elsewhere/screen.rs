//! A screen that only memory has, by Xvfb, and what is to be seen on it.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use tempfile::TempDir;

/// A screen. It ends when this is dropped.
pub struct Screen {
    server: Child,
    display: String,
    /// Where the server keeps its picture.
    folder: TempDir,
}

impl Screen {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut server = Command::new("Xvfb");
        server.args(["-displayfd", "1", "-screen", "0", "1400x800x24", "-fbdir"]);
        server
            .arg(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut server = server
            .spawn()
            .expect("Xvfb is there: it is in Debian's package xvfb");
        // It says the number of its display when it is ready.
        let mut number = String::new();
        BufReader::new(server.stdout.take().expect("a pipe"))
            .read_line(&mut number)
            .expect("it can be read");
        Self {
            server,
            display: format!(":{}", number.trim()),
            folder,
        }
    }

    /// The value of DISPLAY.
    pub fn display(&self) -> &str {
        &self.display
    }

    /// Waits until `program` has a window with this title that is shown, and something is painted into it.
    pub fn wait_for(&self, title: &str, program: &mut Child) {
        for _ in 0..600 {
            if self.is_shown(title) && self.colours() > 16 {
                return;
            }
            if let Some(status) = program.try_wait().expect("it is our child") {
                panic!("it ended: {:?}, {:?}", status.code(), status.signal());
            }
            sleep(Duration::from_millis(100));
        }
        panic!("no window {title:?}, or nothing in it");
    }

    /// Whether there is a window that is more than the small ones that nobody is to see.
    fn is_shown(&self, title: &str) -> bool {
        let mut xwininfo = Command::new("xwininfo");
        xwininfo.args(["-display", &self.display, "-root", "-tree"]);
        let output = xwininfo
            .output()
            .expect("xwininfo is there: it is in Debian's package x11-utils");
        let windows = String::from_utf8_lossy(&output.stdout).into_owned();
        // `0x200006 "TITLE": ("NAME" "CLASS")  1366x741+0+0  +0+0`
        let title = format!(" \"{title}\": (");
        let own = windows.lines().filter(|line| line.contains(&title));
        let sizes = own.filter_map(|line| line.split_once(")  ")?.1.split_once('x'));
        sizes
            .filter_map(|(width, _)| width.parse::<u32>().ok())
            .any(|width| width > 100)
    }

    /// How many colours are to be seen.
    pub fn colours(&self) -> usize {
        let picture = fs::read(self.folder.path().join("Xvfb_screen0")).expect("a picture");
        let pixels = pixels(&picture).expect("a picture of xwd");
        pixels.chunks_exact(4).collect::<BTreeSet<_>>().len()
    }
}

/// The pixels of a picture of xwd (X11/XWDFile.h: words with the highest byte first; behind the header, whose size is its first
/// word, is a map of colours, of 12 bytes each).
fn pixels(picture: &[u8]) -> Option<&[u8]> {
    let word = |index: usize| {
        let bytes = picture.get(index * 4..)?.first_chunk()?;
        usize::try_from(u32::from_be_bytes(*bytes)).ok()
    };
    let [header, height, line, colours] = [word(0)?, word(5)?, word(12)?, word(19)?];
    picture.get(header + colours * 12..)?.get(..height * line)
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
