//! What the programs do, each in every root.

use std::fs;

use crate::place::{PLACE, Place};
use crate::tls_server;

/// A shell starts itself, and children.
pub fn bash(place: &Place) {
    let script = "for i in 1 2 3; do echo $i; done | while read i; do echo line $i; done; \
        echo \"$0\"; \"$BASH\" -c 'echo child of $PPID' | cut -d' ' -f1,2 2>/dev/null || echo child of";
    let printed = place.run(&["-c", script]);
    assert_eq!(
        printed,
        format!("line 1\nline 2\nline 3\n{PLACE}/bin/bash\nchild of\n")
    );
}

/// A program of one file lists what is there.
pub fn ls(place: &Place) {
    let printed = place.run(&["-1", &format!("{PLACE}/bin")]);
    assert_eq!(printed, "ls\n");
}

/// Names of users come by NSS, from the root's own /etc.
pub fn getent(place: &Place) {
    let printed = place.run(&["passwd", "root"]);
    assert!(printed.starts_with("root:x:0:0:root:/root:/"), "{printed}");
    let printed = place.run(&["ahosts", "127.0.0.1"]);
    assert!(printed.starts_with("127.0.0.1 "), "{printed}");
    assert_eq!(
        place.ran(place.program(), &["passwd", "nobody-here"]).code,
        Some(2)
    );
}

/// A provider is a module that is loaded later: MD4 is in the legacy one.
pub fn openssl(place: &Place) {
    fs::write(place.outside("abc"), "abc").expect("a file");
    let arguments = [
        "dgst",
        "-md4",
        "-provider",
        "legacy",
        "-provider",
        "default",
        "/tmp/abc",
    ];
    // RFC 1320, A.5
    let digest = "a448017aaf21d8525fc10ae87aa6729d";
    let printed = place.run(&arguments);
    assert!(printed.trim_end().ends_with(digest), "{printed}");
}

/// Threads compress, and what they made is unpacked.
pub fn zstd(place: &Place) {
    let text: String = (0..300_000).map(|number| format!("{number}\n")).collect();
    fs::write(place.outside("numbers"), &text).expect("a file");
    place.run(&[
        "-q",
        "-T4",
        "-B131072",
        "/tmp/numbers",
        "-o",
        "/tmp/numbers.zst",
    ]);
    place.run(&["-q", "-d", "/tmp/numbers.zst", "-o", "/tmp/again"]);
    let again = fs::read_to_string(place.outside("again")).expect("a file");
    assert!(again == text);
}

/// A page comes over TLS, and not without the server's certificate.
pub fn curl(place: &Place) {
    let server = tls_server::start();
    fs::copy(server.certificate(), place.outside("cert.pem")).expect("a file");
    let address = format!("https://127.0.0.1:{}/", server.port());
    let page = place.run(&["-sS", "--cacert", "/tmp/cert.pem", &address]);
    assert!(page.contains("s_server"), "{page}");
    // 60: the certificate is not trusted.
    let refused = place.ran(place.program(), &["-sS", &address]);
    assert!([Some(60), Some(77)].contains(&refused.code), "{refused:?}");
}

/// It finds its standard library, and modules of it that are libraries, starts threads and itself.
pub fn python(place: &Place) {
    let script = "\
import bz2, ctypes, decimal, hashlib, json, ssl, subprocess, sys, threading, unicodedata
assert sys.prefix.startswith('/opt/a bundle/'), sys.prefix
threads = [threading.Thread(target=decimal.Decimal(2).sqrt) for _ in range(8)]
[it.start() for it in threads]
[it.join() for it in threads]
child = [sys.executable, '-c', 'import json; print(json.dumps({\"child\": 1}))']
print(subprocess.run(child, check=True, capture_output=True, text=True).stdout.strip())
print(hashlib.sha256(bz2.decompress(bz2.compress(b'abc'))).hexdigest()[:8], ssl.OPENSSL_VERSION[:9])
print('\u{e4}'.encode('iso-8859-15'), unicodedata.name('\u{e4}'))
";
    let printed = place.run(&["-c", script]);
    assert_eq!(
        printed,
        "{\"child\": 1}\nba7816bf OpenSSL 3\nb'\\xe4' LATIN SMALL LETTER A WITH DIAERESIS\n"
    );
}

/// It starts programs of its own, which start it again.
pub fn git(place: &Place) {
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"];
        place.run(&[&identity, arguments].concat())
    };
    git(&["init", "-q", "-b", "main", "/tmp/one"]);
    fs::write(place.outside("one/file"), "text\n").expect("a file");
    git(&["-C", "/tmp/one", "add", "file"]);
    git(&["-C", "/tmp/one", "commit", "-q", "-m", "first"]);
    git(&["clone", "-q", "--no-local", "file:///tmp/one", "/tmp/two"]);
    assert_eq!(git(&["-C", "/tmp/two", "log", "--format=%s"]), "first\n");
    assert!(place.outside("two/.git/hooks").is_dir() || place.outside("two/.git/info").is_dir());
    // Its program for https is there: it gets as far as the connection.
    let refused = place.ran(place.program(), &["ls-remote", "https://127.0.0.1:9/x"]);
    assert!(refused.stderr.contains("Failed to connect"), "{refused:?}");
}

/// A just-in-time compiler, threads, a child that is itself, and a page over TLS.
pub fn node(place: &Place) {
    let server = tls_server::start();
    fs::copy(server.certificate(), place.outside("cert.pem")).expect("a file");
    let script = "\
const { createHash } = require('node:crypto');
const { execFileSync } = require('node:child_process');
const { readFileSync } = require('node:fs');
const { get } = require('node:https');
const { Worker } = require('node:worker_threads');
const work = \"require('node:worker_threads').parentPort.postMessage('worker')\";
const page = options => new Promise(done => {
  get(process.argv[1], options, it => done(it.resume().statusCode)).on('error', it => done(it.code));
});
(async () => {
  console.log(createHash('sha256').update('abc').digest('hex').slice(0, 8));
  console.log(execFileSync(process.execPath, ['-p', '6 * 7']).toString().trim());
  console.log(await new Promise(done => new Worker(work, { eval: true }).on('message', done)));
  console.log(await page({ ca: readFileSync('/tmp/cert.pem') }));
  console.log(await page({}));
})();
";
    let address = format!("https://127.0.0.1:{}/", server.port());
    let printed = place.run(&["-e", script, &address]);
    assert_eq!(
        printed,
        "ba7816bf\n42\nworker\n200\nDEPTH_ZERO_SELF_SIGNED_CERT\n"
    );
}
