//! Python, from Debian: an interpreter that loads its extensions, and their libraries, with dlopen.

use crate::common::{Plan, TestRoot, store_path};
use crate::fetched;

pub fn loads_extensions(plan: Plan) {
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
    let printed = root.run(&python, &["-c", script]);
    let sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let libssl_in_maps = match plan {
        Plan::Cache => libssl.display().to_string(),
        // The kernel shows the file that a link in the library environment leads to.
        Plan::Environment => libssl
            .canonicalize()
            .expect("a library")
            .display()
            .to_string(),
    };
    assert_eq!(printed, format!("[] ['{libssl_in_maps}'] OpenSSL\n{sum}\n"));
}
