//! Python, from Debian: an interpreter that loads its extensions, and their libraries, with dlopen.

use crate::common::{Plan, TestRoot, store_path};
use crate::fetched;

pub fn extensions_find_the_library_environment(plan: Plan) {
    let mut root = TestRoot::new(plan);
    let python = fetched::add(&mut root, "python");
    root.assert_fails_without_stub(&python);

    // _ssl needs libssl.so.3, _ctypes needs libffi.so.8: neither is loaded at start.
    let script = "
def loaded(name):
    return sorted({line.split()[-1] for line in open('/proc/self/maps') if name in line})
before = loaded('libssl') + loaded('libffi')
import ctypes, hashlib, ssl
assert ctypes.CDLL('libz.so.1').zlibVersion
print(before, loaded('libssl.so'), ssl.OPENSSL_VERSION.split()[0])
print(hashlib.new('sha256', b'abc').hexdigest())
";
    let libssl = store_path("libssl3").join("lib/libssl.so.3");
    let libssl = libssl.canonicalize().expect("a library");
    let printed = root.run(&python, &["-c", script]);
    // The SHA-256 of "abc".
    let sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(
        printed,
        format!("[] ['{}'] OpenSSL\n{sum}\n", libssl.display())
    );
}
