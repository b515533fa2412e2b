//! A server for TLS: `openssl s_server` as it is in the store, with a certificate of its own.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::programs::store_program;

/// The least that openssl wants to be told.
const CONFIGURATION: &str = "\
[req]
distinguished_name = name
prompt = no
x509_extensions = extensions
[name]
CN = 127.0.0.1
[extensions]
subjectAltName = IP:127.0.0.1
basicConstraints = CA:TRUE
";

/// A server that answers every request with what it knows of the connection. It ends when this is dropped.
pub struct Server {
    child: Child,
    port: u16,
    folder: TempDir,
}

pub fn start() -> Server {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("cnf"), CONFIGURATION).expect("a file");
    let openssl = || {
        let mut openssl = Command::new(store_program("openssl").join("bin/.openssl-wrapped"));
        openssl
            .current_dir(&folder)
            .env("OPENSSL_CONF", "cnf")
            .stdin(Stdio::null());
        openssl
    };
    let made = openssl()
        .args([
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
        ])
        .args(["-keyout", "key.pem", "-out", "cert.pem", "-config", "cnf"])
        .output()
        .expect("openssl can be started");
    assert!(made.status.success(), "{made:?}");
    let mut child = openssl()
        .args(["s_server", "-accept", "127.0.0.1:0", "-www"])
        .args(["-key", "key.pem", "-cert", "cert.pem"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("openssl can be started");
    // "ACCEPT 127.0.0.1:40123" when it is ready.
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let port = lines
        .find_map(|line| {
            let line = line.expect("a line");
            line.strip_prefix("ACCEPT ")?
                .rsplit(':')
                .next()?
                .parse()
                .ok()
        })
        .expect("it says on which port it is");
    Server {
        child,
        port,
        folder,
    }
}

impl Server {
    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
