//! A terminal, and somebody who types.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use ::nix::pty::{Winsize, openpty};
use ::nix::sys::signal::{SigHandler, Signal, signal};
use memchr::memmem;

/// Only so that a test that hangs ends.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program that runs on a terminal of its own.
pub struct Terminal {
    child: Child,
    keyboard: File,
    screen: Receiver<Vec<u8>>,
    seen: Vec<u8>,
    /// How much of it was waited for.
    position: usize,
}

/// How it ended.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub signal: Option<i32>,
    /// All that was on the screen, with its control sequences.
    pub screen: String,
}

impl Terminal {
    /// On one that is large, and without colours.
    pub fn start(command: &mut Command) -> Self {
        Self::of_size(command.env("NO_COLOR", "1"), 40, 200)
    }

    pub fn of_size(command: &mut Command, rows: u16, columns: u16) -> Self {
        obey_interrupts();
        let size = Winsize {
            ws_row: rows,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        let pair = openpty(Some(&size), None).expect("a terminal");
        let end = || Stdio::from(pair.slave.try_clone().expect("a descriptor"));
        command.stdin(end()).stdout(end()).stderr(end());
        command.env("TERM", "xterm");
        let child = command.spawn().expect("it can be started");
        // The command has them too, and would keep the terminal open.
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let keyboard = File::from(pair.master);
        let mut output = keyboard.try_clone().expect("a descriptor");
        let (sender, screen) = channel();
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            // The end of the last program on a terminal is an error.
            while let Ok(length @ 1..) = output.read(&mut bytes) {
                if sender.send(bytes[..length].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self {
            child,
            keyboard,
            screen,
            seen: Vec::new(),
            position: 0,
        }
    }

    /// Waits until this is on the screen, behind what was waited for before.
    #[track_caller]
    pub fn sees(&mut self, text: &str) {
        self.sees_one_of(text, text);
    }

    /// Waits until one of two texts is there. Whether it is the first one.
    #[track_caller]
    pub fn sees_one_of(&mut self, one: &str, other: &str) -> bool {
        loop {
            let found = [one, other].map(|text| {
                let at = memmem::find(&self.seen[self.position..], text.as_bytes());
                at.map_or(usize::MAX, |at| at + text.len())
            });
            let first = found[0].min(found[1]);
            if first != usize::MAX {
                self.position += first;
                return found[0] <= found[1];
            }
            match self.screen.recv_timeout(PATIENCE) {
                Ok(bytes) => self.seen.extend(bytes),
                Err(error) => panic!(
                    "{error}: neither {one:?} nor {other:?} in {:?}",
                    self.text()
                ),
            }
        }
    }

    /// All that came up to what was waited for.
    pub fn seen(&self) -> &[u8] {
        &self.seen[..self.position]
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.seen).into_owned()
    }

    pub fn types(&mut self, text: &str) {
        self.keyboard
            .write_all(text.as_bytes())
            .expect("a terminal");
    }

    /// Types this until the program ends. Between two keys that a program reads, a terminal handles some by itself.
    pub fn types_until_the_end(mut self, text: &str) -> Ended {
        while self.child.try_wait().expect("a child").is_none() {
            self.types(text);
            thread::sleep(Duration::from_millis(100));
        }
        self.ends()
    }

    /// Waits for the end.
    pub fn ends(mut self) -> Ended {
        loop {
            match self.screen.recv_timeout(PATIENCE) {
                Ok(bytes) => self.seen.extend(bytes),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(error) => panic!("{error}: {:?}", self.text()),
            }
        }
        let status = self.child.wait().expect("a child");
        Ended {
            code: status.code(),
            signal: status.signal(),
            screen: self.text(),
        }
    }
}

/// Whoever starts the tests in the background of a shell lets them ignore interrupts, and all that they start.
fn obey_interrupts() {
    // SAFETY: it is no handler that is set, but what the kernel does by default.
    #[allow(unsafe_code)]
    let before = unsafe { signal(Signal::SIGINT, SigHandler::SigDfl) };
    before.expect("the signal has a default");
}

/// All that a command writes on a terminal with so many columns, with its control sequences and without the carriage returns.
pub fn screen(command: &mut Command, columns: u16) -> String {
    screen_while(command, columns, |_| ()).screen
}

/// The same, with how it ended, and does something to the process of this number while it runs.
pub fn screen_while(command: &mut Command, columns: u16, meanwhile: impl FnOnce(u32)) -> Ended {
    let terminal = Terminal::of_size(command, 40, columns);
    meanwhile(terminal.child.id());
    let ended = terminal.ends();
    Ended {
        screen: ended.screen.replace('\r', ""),
        ..ended
    }
}
