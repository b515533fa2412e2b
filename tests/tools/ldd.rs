//! ldd: a script of glibc, which runs the loader at the usual path, here the stub, with a flag or a variable.

use crate::common::{Plan, store_path};
use crate::host::{Host, stub};

pub fn lists_what_the_program_gets(plan: Plan) {
    let mut host = Host::new(plan);
    let loader = "/lib64/ld-linux-x86-64.so.2";
    let program = host.program_with(loader.as_ref(), "busy.c", &["-lz"]);
    // What is there otherwise is a link to the folder that has the host's loader, which stays as it is.
    host.root = host
        .root
        .clone()
        .without("/lib64")
        .bind_read_only(stub(), loader);
    let zlib = store_path("zlib1g").join("lib/libz.so.1");
    let zlib = match plan {
        Plan::Cache => zlib.canonicalize().expect("a library"),
        Plan::Environment => format!("{}/libz.so.1", plan.library_env()).into(),
    };
    let expected = format!("libz.so.1 => {} (0x", zlib.display());
    let text = host.succeed("ldd", &[&program]);
    assert!(text.contains(&expected), "{text}");
    assert!(text.contains(loader), "{text}");

    let mut command = host.command("ldd", &[&program]);
    let control = command
        .env_remove("NIX_LD_LIBRARY_PATH")
        .output()
        .expect("ldd");
    let control = String::from_utf8_lossy(&control.stdout);
    assert!(!control.contains(&expected), "{control}");
}
