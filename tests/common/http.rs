//! A server for downloads, on this machine only, which does what servers and networks do.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// What it answers to every request.
#[derive(Clone)]
pub enum Answer {
    /// The whole file, with a tag; to whoever has that already, that nothing has changed.
    Whole(Vec<u8>),
    /// A part of the file, and then the connection is cut.
    Cut(Vec<u8>),
    /// A part of the file, and then nothing more, for as long as the other side waits.
    Stalled(Vec<u8>),
    /// That there is no such file.
    NotFound,
}

/// A server at a port of its own. It ends with the test.
pub struct Server {
    port: u16,
    requests: Arc<Mutex<Vec<String>>>,
    finished: Arc<AtomicUsize>,
}

impl Server {
    pub fn new(answer: Answer) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        let finished = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&finished);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, seen) = (answer.clone(), Arc::clone(&seen));
                let counter = Arc::clone(&counter);
                thread::spawn(move || {
                    // Whoever asks may have gone by now.
                    _ = serve(stream, &answer, &seen);
                    counter.fetch_add(1, Ordering::Relaxed);
                });
            }
        });
        Self {
            port,
            requests,
            finished,
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }

    /// How many connections are over, for one side or both.
    pub fn finished(&self) -> usize {
        self.finished.load(Ordering::Relaxed)
    }

    /// The requests so far, each with its headers.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no thread has failed").clone()
    }
}

const TAG: &str = "\"one\"";

fn serve(mut stream: TcpStream, answer: &Answer, seen: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut request = String::new();
    let mut lines = BufReader::new(stream.try_clone()?);
    while lines.read_line(&mut request)? > 2 {}
    let has_it = request.contains(&format!("If-None-Match: {TAG}"));
    seen.lock().expect("no thread has failed").push(request);
    match answer {
        Answer::Whole(_) if has_it => {
            write!(
                stream,
                "HTTP/1.1 304 Not Modified\r\nETag: {TAG}\r\nConnection: close\r\n\r\n"
            )
        }
        Answer::Whole(bytes) => {
            head(&mut stream, bytes.len())?;
            stream.write_all(bytes)
        }
        Answer::Cut(bytes) => {
            head(&mut stream, bytes.len() * 2)?;
            stream.write_all(bytes)
        }
        Answer::Stalled(bytes) => {
            head(&mut stream, bytes.len() * 2)?;
            stream.write_all(bytes)?;
            // Until the other side goes.
            stream.read(&mut [0]).map(drop)
        }
        Answer::NotFound => write!(
            stream,
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        ),
    }
}

fn head(stream: &mut TcpStream, length: usize) -> std::io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nETag: {TAG}\r\nConnection: close\r\n\r\n"
    )
}
