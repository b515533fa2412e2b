//! What a command shows on a terminal of a given width.

use std::fs::File;
use std::io::Read;
use std::process::{Command, ExitStatus, Stdio};

use nix::pty::{Winsize, openpty};

/// Runs a command on a terminal with so many columns, and returns its end and all that it has written, with its control
/// sequences and without the carriage returns.
pub fn screen(command: &mut Command, columns: u16) -> (ExitStatus, String) {
    screen_while(command, columns, |_| ())
}

/// The same, and does something to the process of this number while it runs.
pub fn screen_while(
    command: &mut Command,
    columns: u16,
    meanwhile: impl FnOnce(u32),
) -> (ExitStatus, String) {
    let size = Winsize {
        ws_row: 40,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    let pair = openpty(Some(&size), None).expect("a terminal");
    let end = || Stdio::from(pair.slave.try_clone().expect("a descriptor"));
    command.stdin(end()).stdout(end()).stderr(end());
    let mut child = command
        .env("TERM", "xterm")
        .spawn()
        .expect("it can be started");
    // The command has them too, and would keep the terminal open.
    command.stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    drop(pair.slave);
    meanwhile(child.id());
    let mut seen = Vec::new();
    // The end of the last program on a terminal is an error.
    _ = File::from(pair.master).read_to_end(&mut seen);
    let status = child.wait().expect("a child");
    (status, String::from_utf8_lossy(&seen).replace('\r', ""))
}
