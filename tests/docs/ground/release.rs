//! nix-index-database's newest release, at its own address: github.com, as a proxy leads there, with a certificate that only
//! those trust who are told to.

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use crate::common::{Ran, target};

/// The path of the release's file.
const FILE: &str = "nix-community/nix-index-database/releases/latest/download/index-x86_64-linux";
/// Where in the root the certificate has to be.
pub const CERTIFICATE: &str = "/etc/certificate";
const SITE: &str = "github.com";

/// A server and the proxy. They end with the test.
pub struct Release {
    server: Child,
    proxy: u16,
    /// For [`CERTIFICATE`].
    pub certificate: PathBuf,
}

impl Release {
    /// One with this file. What the server needs is written into a folder.
    pub fn new(folder: &Path, file: &[u8]) -> Self {
        let folder = folder.join("release");
        let place = folder.join(FILE);
        fs::create_dir_all(place.parent().expect("a folder")).expect("a folder");
        let answer = format!("HTTP/1.0 200 OK\r\nContent-Length: {}\r\n\r\n", file.len());
        fs::write(place, [answer.as_bytes(), file].concat()).expect("a file");
        make_certificate(&folder);
        let mut serve = openssl(&folder);
        serve.args(["s_server", "-accept", "127.0.0.1:0", "-HTTP"]);
        serve.args(["-cert", "certificate", "-key", "key"]);
        serve
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut server = serve.spawn().expect("openssl");
        let port = port(&mut server);
        Self {
            server,
            proxy: start_proxy(port),
            certificate: folder.join("certificate"),
        }
    }

    /// Has a command and what it starts reach it.
    pub fn lead<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command.env("https_proxy", format!("http://127.0.0.1:{}", self.proxy));
        command.env("NIX_SSL_CERT_FILE", CERTIFICATE)
    }
}

impl Drop for Release {
    fn drop(&mut self) {
        _ = self.server.kill();
        _ = self.server.wait();
    }
}

fn openssl(folder: &Path) -> Command {
    let mut command = Command::new(target().join("store-programs/openssl/result/bin/openssl"));
    command.env_clear().current_dir(folder);
    command
}

fn make_certificate(folder: &Path) {
    fs::write(
        folder.join("config"),
        "[req]\ndistinguished_name = name\n[name]\n",
    )
    .expect("a file");
    let mut make = openssl(folder);
    make.args([
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
    ]);
    make.args(["-config", "config", "-keyout", "key", "-out", "certificate"]);
    make.arg("-subj").arg(format!("/CN={SITE}"));
    make.arg("-addext")
        .arg(format!("subjectAltName=DNS:{SITE}"));
    Ran::of(&mut make).succeeded();
}

/// The port of a server of OpenSSL's, which it prints when it is there.
fn port(server: &mut Child) -> u16 {
    let printed = BufReader::new(server.stdout.take().expect("a pipe"));
    for line in printed.lines() {
        let line = line.expect("text");
        if let Some((_, port)) = line
            .strip_prefix("ACCEPT ")
            .and_then(|it| it.rsplit_once(':'))
        {
            return port.parse().expect("a port");
        }
    }
    panic!("openssl s_server ended before it was ready")
}

/// A proxy for [`SITE`] alone, at a port of its own.
fn start_proxy(server: u16) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // Whoever asks may have gone by now.
            thread::spawn(move || _ = connect(stream, server));
        }
    });
    port
}

fn connect(mut client: TcpStream, server: u16) -> io::Result<()> {
    let mut request = String::new();
    let mut lines = BufReader::new(client.try_clone()?);
    while lines.read_line(&mut request)? > 2 {}
    if !request.starts_with(&format!("CONNECT {SITE}:443 ")) {
        return client.write_all(b"HTTP/1.1 403 Forbidden\r\n\r\n");
    }
    let mut server = TcpStream::connect(("127.0.0.1", server))?;
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
    let (mut from, mut to) = (server.try_clone()?, client.try_clone()?);
    let back = thread::spawn(move || {
        _ = io::copy(&mut from, &mut to);
        to.shutdown(Shutdown::Write)
    });
    io::copy(&mut lines, &mut server)?;
    server.shutdown(Shutdown::Write)?;
    _ = back.join();
    Ok(())
}
