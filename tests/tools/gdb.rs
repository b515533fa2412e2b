//! gdb: it takes the stub for the loader, and the stub tells it of the real loader's libraries. See
//! `loader-stub/src/debugger.rs`.

use std::path::Path;

use ldshim::stub_file::StubFile;
use loader_stub::baked::Baked;

use crate::common::{Plan, store_path};
use crate::host::{Host, stub};

/// What gdb says when it finds no place for its breakpoint in the loader.
const NO_PLACE: &str = "Unable to find dynamic linker breakpoint function";

fn host(plan: Plan) -> Host {
    let host = Host::new(plan);
    host.library("linked.c");
    host.library("loaded.c");
    link(&host, stub(), "now");
    host
}

/// Compiles the program with a stub. `binding` says when functions of libraries are looked up: `now`, or `lazy`:
/// when they are first called.
fn link(host: &Host, stub: &Path, binding: &str) {
    let library = host.text("liblinked.so");
    let binding = format!("-Wl,-z,{binding}");
    host.program_with(
        stub,
        "debugged.c",
        &[&library, "-Wl,-rpath,$ORIGIN", &binding],
    );
}

/// What gdb says to some commands. `args` are its own.
fn gdb(host: &Host, args: &[&str], commands: &[&str]) -> String {
    let mut all = vec!["-nx", "-batch", "-ex", "set breakpoint pending on"];
    for command in commands {
        all.extend(["-ex", command]);
    }
    all.extend(args);
    host.succeed("gdb", &all)
}

/// Whether the line about a library says that its symbols are read.
fn has_symbols(text: &str, library: &str) -> bool {
    let line = text.lines().find(|line| line.trim_end().ends_with(library));
    line.is_some_and(|line| line.contains(" Yes "))
}

pub fn breaks_in_main_and_lists_libraries(plan: Plan) {
    let host = host(plan);
    let commands = [
        "break main",
        "run",
        "info sharedlibrary",
        "break linked",
        "continue",
        "backtrace",
    ];
    let text = gdb(&host, &["./debugged"], &commands);
    assert!(text.contains("Breakpoint 1, main (argc=1"), "{text}");
    assert!(has_symbols(&text, "/liblinked.so"), "{text}");
    assert!(has_symbols(&text, "/libc.so.6"), "{text}");
    assert!(
        text.contains("#0  linked (number=1)") && text.contains("in main (argc=1"),
        "{text}"
    );
}

pub fn has_nothing_to_warn_of(plan: Plan) {
    let host = host(plan);
    let text = gdb(&host, &["./debugged"], &["break main", "run"]);
    assert!(!text.contains("warning"), "{text}");
    assert!(!text.contains(NO_PLACE), "{text}");

    without_hook(&host);
    let control = gdb(&host, &["./debugged"], &["break main", "run"]);
    assert!(control.contains(NO_PLACE), "{control}");
}

pub fn follows_the_program_when_the_tool_is_started_on_demand(plan: Plan) {
    let host = host(plan);
    let asked = |text: &str| text.contains("pin --auto ask --identity");
    let commands = ["break main", "run"];
    let control = gdb(&host, &["./debugged"], &commands);
    assert!(!asked(&control), "{control}");

    // It prints its arguments, and ends.
    let asking = Baked {
        on_demand: Some(c"ask"),
        tool: Some(c"/bin/echo"),
        ..Baked::default()
    };
    let mut file = StubFile::read(stub()).expect("the stub");
    file.bake(&asking, &Baked::default())
        .expect("there is room");
    let stub = host.path("asking-stub");
    file.write(&stub).expect("the folder can be written");
    link(&host, &stub, "now");
    let text = gdb(&host, &["./debugged"], &commands);
    assert!(asked(&text), "{text}");
    assert!(text.contains("Breakpoint 1, main (argc=1"), "{text}");
}

/// Gives the program a stub in which gdb does not find the function that it looks for.
fn without_hook(host: &Host) {
    let stub = host.stub_with(b"_dl_debug_state\0", b"_dl_debug_other\0");
    link(host, &stub, "now");
}

pub fn breaks_in_libraries_that_are_loaded_later(plan: Plan) {
    let host = host(plan);
    let commands = ["break loaded", "run", "backtrace", "info sharedlibrary"];
    let text = gdb(&host, &["./debugged"], &commands);
    assert!(
        text.contains("#0  loaded (number=2)") && text.contains("in main (argc=1"),
        "{text}"
    );
    assert!(has_symbols(&text, "/libloaded.so"), "{text}");

    without_hook(&host);
    let control = gdb(&host, &["./debugged"], &["break loaded", "run"]);
    assert!(
        control.contains("exited normally") && !control.contains("loaded (number=2)"),
        "{control}"
    );
}

pub fn breaks_in_constructors_of_libraries(plan: Plan) {
    let host = host(plan);
    let text = gdb(&host, &["./debugged"], &["break linked_constructor", "run"]);
    assert!(
        text.contains("Breakpoint 1, linked_constructor ()"),
        "{text}"
    );

    without_hook(&host);
    let control = gdb(&host, &["./debugged"], &["break linked_constructor", "run"]);
    assert!(control.contains("exited normally"), "{control}");
}

pub fn steps_into_a_library(plan: Plan) {
    let host = host(plan);
    let commands = [
        "break main",
        "run",
        "step",
        "backtrace",
        "finish",
        "continue",
    ];
    let text = gdb(&host, &["./debugged"], &commands);
    assert!(text.contains("linked (number=1) at "), "{text}");
    assert!(text.contains("Value returned is $1 = 2"), "{text}");
    assert!(text.contains("exited normally"), "{text}");

    // gdb does not know that it is the real loader that looks the function up: this step ends there, or after
    // the call.
    link(&host, stub(), "lazy");
    let text = gdb(&host, &["./debugged"], &commands);
    assert!(text.contains("exited normally"), "{text}");
    let text = gdb(
        &host,
        &["./debugged"],
        &[&["set environment LD_BIND_NOW 1"], &commands[..]].concat(),
    );
    assert!(text.contains("linked (number=1) at "), "{text}");
}

pub fn knows_the_real_loader(plan: Plan) {
    let host = host(plan);
    let commands = [
        "break linked_constructor",
        "run",
        "info sharedlibrary",
        "backtrace",
    ];
    let text = gdb(&host, &["./debugged"], &commands);
    let loader = store_path("libc6").join("lib/ld-linux-x86-64.so.2");
    let loader = loader.canonicalize().expect("a loader");
    let loader = loader.to_str().expect("a UTF-8 path");
    assert!(has_symbols(&text, loader), "{text}");
    assert!(!has_symbols(&text, "/nix-ld"), "{text}");
    // The constructor is called by the loader, and that is where the process began.
    assert!(text.contains("_dl_start_user"), "{text}");

    without_hook(&host);
    let control = gdb(
        &host,
        &["./debugged"],
        &["break main", "run", "info sharedlibrary"],
    );
    assert!(!has_symbols(&control, loader), "{control}");
}

pub fn attaches_to_a_running_program(plan: Plan) {
    let host = host(plan);
    // The first line of a waiting program is its process id.
    let script = "exec 3< <(./debugged wait); read -r pid <&3
        gdb -nx -batch -ex backtrace -ex 'info sharedlibrary' -p \"$pid\"; kill \"$pid\"";
    let text = host.succeed("bash", &["-c", script]);
    assert!(
        text.contains("in pause ()") || text.contains("in __libc_pause ()"),
        "{text}"
    );
    assert!(text.contains("in main (argc=2"), "{text}");
    assert!(has_symbols(&text, "/liblinked.so"), "{text}");
    assert!(!text.contains(NO_PLACE), "{text}");
}
