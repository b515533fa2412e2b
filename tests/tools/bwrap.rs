//! bubblewrap, as Steam and Flatpak use it: a root without `/run`, and no variables.

use std::process::Command;

use crate::common::Plan;
use crate::host::{Host, stub};

pub fn sandbox_without_run_is_served_by_what_is_baked_in(plan: Plan) {
    let host = Host::new(plan);
    let loader = "/lib64/ld-linux-x86-64.so.2";
    let program = host.program_with(loader.as_ref(), "busy.c", &["-lz"]);
    let env = plan.library_env();
    let baked = host.text("baked-stub");
    let mut tool = Command::new(env!("CARGO_BIN_EXE_ldshim"));
    tool.args([
        "stub",
        "configure",
        "--library-dir",
        env,
        "--out",
        &baked,
        "--in",
    ])
    .arg(stub());
    host.root.apply_to(&mut tool, "/");
    assert!(tool.status().expect("ldshim").success());

    let run = |stub: &str| {
        let folders = ["--ro-bind", "/nix", "/nix", "--ro-bind", env, env];
        let files = ["--ro-bind", &program, "/program", "--ro-bind", stub, loader];
        let rest = ["--proc", "/proc", "--dev", "/dev", "--clearenv", "/program"];
        host.run("bwrap", &[&folders[..], &files, &rest].concat())
    };
    let (output, text) = run(&baked);
    assert!(output.status.success(), "{text}");

    let (output, text) = run(stub().to_str().expect("a UTF-8 path"));
    assert_eq!(output.status.code(), Some(127), "{text}");
    assert!(
        text.contains("/run/current-system/sw/share/nix-ld/lib/ld.so"),
        "{text}"
    );
}
