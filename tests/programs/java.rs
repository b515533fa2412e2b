//! Java, from PyPI: small launchers that find a large runtime next to themselves, the first library
//! by `$ORIGIN` and the others with dlopen by way of `/proc/self/exe`.

use crate::common::{Plan, TestRoot};
use crate::fetched;

pub fn makes_a_key(plan: Plan) {
    let mut root = TestRoot::new(plan);
    let java = fetched::add(&mut root, "java");
    let keytool = java.replace("bin/java", "bin/keytool");
    root.assert_fails_without_stub(&java);
    root.assert_fails_without_stub(&keytool);

    let store = ["-keystore", "keys.p12", "-storepass", "changeit"];
    let key = [
        "-genkeypair",
        "-alias",
        "mine",
        "-keyalg",
        "EC",
        "-dname",
        "CN=me",
    ];
    root.run(&keytool, &[&key[..], &store].concat());
    let keys = root.run(&keytool, &[&["-list"][..], &store].concat());
    assert!(
        keys.contains("mine, ") && keys.contains("PrivateKeyEntry"),
        "{keys}"
    );
}
