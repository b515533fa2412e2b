//! `cargo xtask demo`: what a user of NixOS sees without the stub and with it, on a real program.

use std::env;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use ldshim::printable::shell_word;
use xtask_start::process;

use crate::cli::DemoArgs;
use crate::demo::ground::{self, Ground, LOADER_PLACE, NODE, NODE_HOME};
use crate::demo::narrator::{self, heading, quote, say};
use crate::{cargo, fetch, fresh};

/// Does some work, and asks what it and a child of it have in their environment.
const SCRIPT: &str = r#"
const { createHash } = require("crypto");
const { execFileSync } = require("child_process");
process.report.excludeNetwork = true;
const libraries = process.report.getReport().sharedObjects.filter((path) => path.includes("/lib"));
console.log(`node ${process.version} is running; the SHA-256 of "nix" begins with ` +
    createHash("sha256").update("nix").digest("hex").slice(0, 16));
console.log(`it uses ${libraries.length} libraries, one of them ${libraries.find((path) => path.includes("stdc++"))}`);
console.log(`LD_LIBRARY_PATH in it: ${process.env.LD_LIBRARY_PATH}`);
const child = execFileSync(process.execPath, ["-p", "process.env.LD_LIBRARY_PATH"]);
console.log(`LD_LIBRARY_PATH in its child: ${child.toString().trim()}`);
"#;

pub(super) fn run(args: &DemoArgs) -> Result<()> {
    if args.fresh {
        return fresh::demo(args.network.network());
    }
    let network = args.network.network();
    narrator::progress("compiling ldshim and its stub for release: about a minute, once");
    let built = cargo::build_release(network)?;
    let start = Instant::now();
    let stub = built.join("nix-ld");
    let node = fetch::program("node", network)?;
    let ground = ground::prepare(&node, &stub, network)?;
    let sum_before = sha256(&node)?;

    show_program(&node, &sum_before)?;
    show_failure_without_stub(&ground)?;
    show_failure_without_libraries(&ground)?;
    show_success(&ground)?;
    explain(&sum_before, &sha256(&node)?)?;
    say_what_next(&built, &ground, &node)?;
    narrator::progress(&format!(
        "the demo took {:.1} s after compiling",
        start.elapsed().as_secs_f64()
    ));
    Ok(())
}

fn show_program(node: &Path, sum: &str) -> Result<()> {
    heading("A program from elsewhere");
    say(
        "Node.js, as the Python Package Index has it: built for any usual distribution, not for NixOS.",
    );
    quote(&format!("{}\nSHA-256 {sum}\n", node.display()));
    let interpreter = ldshim::elf::interpreter(node)?.context("node asks for no loader")?;
    say(&format!(
        "It asks the kernel for the loader {}.",
        interpreter.display()
    ));
    Ok(())
}

fn show_failure_without_stub(ground: &Ground) -> Result<()> {
    heading("1. On NixOS, without the stub");
    say(&format!(
        "In a root with {}, as on NixOS, and with Node.js in {NODE_HOME}:",
        ground.contents
    ));
    narrator::command(&[NODE, "--version"], &[]);
    let error = match ground.without_stub(&[NODE, "--version"]).output() {
        Err(error) => error,
        Ok(_) => anyhow::bail!("{NODE} ran without a loader; is that root not empty?"),
    };
    quote(&format!("{NODE}: {error}\n"));
    say(
        "The file is there. What is missing is its loader, but the kernel's message does not say so.",
    );
    Ok(())
}

fn show_failure_without_libraries(ground: &Ground) -> Result<()> {
    heading("2. With the stub, without libraries");
    say(&format!(
        "The stub is at {LOADER_PLACE}. It is told where a real loader is, and nothing else:"
    ));
    let environment = [("NIX_LD", ground::REAL_LOADER)];
    narrator::command(&[NODE, "--version"], &environment);
    let output = ground
        .with_stub(&[NODE, "--version"], &environment)
        .output();
    let output = output.context("cannot start node through the stub")?;
    quote(&String::from_utf8_lossy(&output.stderr));
    ensure!(!output.status.success(), "node ran without libraries");
    say("That is the real loader speaking. It runs, and finds no library where it looks.");
    Ok(())
}

fn show_success(ground: &Ground) -> Result<()> {
    heading("3. With the stub and a library environment");
    say(
        "The same program again. The stub is also told where libraries are, and to say what it does:",
    );
    let environment = [
        ("NIX_LD", ground::REAL_LOADER),
        ("NIX_LD_LIBRARY_PATH", ground::LIBRARY_ENV),
        ("NIX_LD_LOG", "info"),
    ];
    narrator::command(&[NODE, "-e", "..."], &environment);
    let output = ground
        .with_stub(&[NODE, "-e", SCRIPT], &environment)
        .output();
    let output = output.context("cannot start node through the stub")?;
    quote(&String::from_utf8_lossy(&output.stderr));
    quote(&String::from_utf8_lossy(&output.stdout));
    say("The stub speaks twice, for the script starts a second Node.js.");
    ensure!(output.status.success(), "node failed: {}", output.status);
    Ok(())
}

fn explain(sum_before: &str, sum_after: &str) -> Result<()> {
    heading("What happened");
    say(
        "The kernel started the stub as the program's loader. The stub mapped the real loader, told it in",
    );
    say(
        "memory where the list of libraries is, and jumped into it. After that the stub was out of the way.",
    );
    ensure!(sum_before == sum_after, "node's file has changed");
    narrator::good("Nothing was patched: the program's SHA-256 is the same as before.");
    narrator::good("Nothing leaked: neither the program nor its child has an LD_LIBRARY_PATH.");
    Ok(())
}

/// Three commands that work as they are printed, in the folder where this was called.
fn say_what_next(built: &Path, ground: &Ground, node: &Path) -> Result<()> {
    let here = env::current_dir().context("cannot tell the current directory")?;
    let [ldshim, stub] = ["ldshim", "nix-ld"].map(|name| built.join(name));
    let [ldshim, stub, node, library_env] = [&ldshim, &stub, node, &ground.library_env]
        .map(|path| shell_word(path.strip_prefix(&here).unwrap_or(path)));
    heading("Try next");
    narrator::command(&[&ldshim, "run", "--isolate", &node, "--version"], &[]);
    say("runs a program like this with this machine's libraries; put your own program there.");
    narrator::command(&[&ldshim, "stub", "show", &stub], &[]);
    say("shows which paths are baked into a stub: none yet into this one.");
    narrator::command(&[&ldshim, "env", "show", &library_env], &[]);
    say("shows the library environment that Node.js has just used.");
    Ok(())
}

fn sha256(file: &Path) -> Result<String> {
    let printed = process::run(Command::new("sha256sum").arg(file))?;
    let sum = printed.split_whitespace().next();
    sum.map(str::to_owned).context("sha256sum printed nothing")
}
