//! `ldshim pin --auto`, as the stub starts it.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use goblin::elf::dynamic::DT_NEEDED;
use goblin::elf::program_header::PT_DYNAMIC;
use ldshim::elf::Image;

use super::ground::{Ground, Ran};
use crate::nix::text;
use crate::terminal::Terminal;

/// Nothing on stdout, and this many lines on stderr.
#[track_caller]
fn is_quiet(ran: &Ran, lines: usize) {
    assert_eq!(ran.stdout, "", "{ran:?}");
    assert_eq!(ran.stderr.lines().count(), lines, "{ran:?}");
}

fn arguments<'a>(how: &'a str, identity: &'a str, program: &'a Path) -> [&'a str; 6] {
    ["pin", "--auto", how, "--identity", identity, text(program)]
}

fn auto(ground: &Ground, how: &str, program: &Path) -> Ran {
    let identity = ground.identity(program);
    let mut command = ground.command(&arguments(how, &identity, program));
    Ran::of(command.stdin(std::process::Stdio::null()))
}

/// On a terminal, as far as the first question.
fn asked(ground: &Ground, program: &Path, variables: &[(&str, &str)]) -> Terminal {
    let identity = ground.identity(program);
    let mut command = ground.command(&arguments("ask", &identity, program));
    command.envs(variables.iter().copied());
    let mut terminal = Terminal::start(&mut command);
    terminal.sees("Find them, and pin the program to them?");
    terminal
}

pub fn a_program_that_misses_nothing_is_marked() {
    for how in ["ask", "yes"] {
        let ground = Ground::new();
        let program = ground.program("program", &[]);
        is_quiet(&auto(&ground, how, &program).succeeded(), 0);
        assert_eq!(ground.settled(&program), "nothing-missing");
        ground.prints(&program, &[]);
    }
}

pub fn without_a_terminal_one_line_is_said() {
    let ground = Ground::new();
    let program = ground.program("program", &["a"]);
    let ran = auto(&ground, "ask", &program).succeeded();
    is_quiet(&ran, 1);
    let expected = format!(
        "program is missing {}; to find and pin them: ldshim pin",
        ground.soname("a")
    );
    assert!(ran.stderr.contains(&expected), "{ran:?}");
    assert_eq!(ground.settled(&program), "nothing");
}

pub fn what_is_clear_is_pinned_and_what_is_not_is_marked() {
    let ground = Ground::new();
    let program = ground.program("program", &["a"]);
    let packages = [ground.package("one", "a", 1), ground.package("two", "a", 2)];
    ground.add_to_index(&[&packages[0]]);
    let ran = auto(&ground, "yes", &program).succeeded();
    is_quiet(&ran, 1);
    assert!(ran.stderr.contains("pinned program to"), "{ran:?}");
    ground.prints(&program, &[1]);

    fs::remove_dir_all(ground.path("state")).expect("a folder");
    ground.add_to_index(&[&packages[1]]);
    let ran = auto(&ground, "yes", &program).succeeded();
    is_quiet(&ran, 1);
    assert!(
        ran.stderr.contains("no pin for program: several packages"),
        "{ran:?}"
    );
    assert_eq!(ground.settled(&program), "failed");
    ground.does_not_start(&program, &ground.soname("a"));
}

pub fn of_what_cannot_be_read_it_is_not_remembered_that_nothing_is_missing() {
    let ground = Ground::new();
    let program = ground.program("program", &["a"]);
    let mut bytes = fs::read(&program).expect("a program");
    let table = {
        let image = Image::parse(&bytes).expect("a program");
        *image.segment(PT_DYNAMIC).expect("a dynamic section")
    };
    // The first entry is a DT_NEEDED: its name gets far out of the file.
    let entry = &mut bytes[table.offset as usize..][..16];
    assert_eq!(entry[..8], DT_NEEDED.to_le_bytes());
    entry[8..].copy_from_slice(&0x7000_0000_u64.to_le_bytes());
    fs::write(&program, bytes).expect("a program");
    let ran = auto(&ground, "yes", &program).succeeded();
    is_quiet(&ran, 1);
    assert!(ran.stderr.contains("cannot be read"), "{ran:?}");
    assert_eq!(ground.settled(&program), "failed");
}

pub fn a_program_of_another_identity_is_left_alone() {
    let ground = Ground::new();
    let program = ground.program("program", &[]);
    let mut command = ground.command(&arguments("yes", "0123456789abcdef", &program));
    is_quiet(&Ran::of(&mut command).succeeded(), 0);
    assert!(!ground.path("state").exists());
}

/// This test stands for the program: it is the parent, as the stub is.
pub fn the_program_that_runs_a_script_is_meant() {
    let ground = Ground::new();
    let script = ground.path("script");
    fs::write(&script, "#!/usr/bin/env program\n").expect("a file");
    let own = env::current_exe().expect("a program");
    let identity = ground.identity(&own);
    let mut command = ground.command(&arguments("yes", &identity, &script));
    command.env("NIX_LD_LIBRARY_PATH", "/lib/x86_64-linux-gnu");
    is_quiet(&Ran::of(&mut command).succeeded(), 0);
    assert_eq!(ground.settled(&own), "nothing-missing");
}

pub fn a_user_can_decline() {
    let ground = Ground::new();
    let program = ground.program("program", &["a"]);
    let mut terminal = asked(&ground, &program, &[]);
    terminal.types("n");
    let ended = terminal.ends();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ground.settled(&program), "declined");
}

pub fn a_user_can_agree() {
    let ground = Ground::new();
    let program = ground.program("program", &["a"]);
    ground.add_to_index(&[&ground.package("p", "a", 6)]);
    let mut terminal = asked(&ground, &program, &[]);
    terminal.types("y");
    let ended = terminal.ends();
    assert!(ended.screen.contains("pinned program to"), "{ended:?}");
    ground.prints(&program, &[6]);
}

/// A shell with job control starts it; the kernel would stop what asks in the background.
pub fn in_the_background_nothing_is_asked() {
    for (job, expected) in [
        ("& wait", "to find and pin them: ldshim pin"),
        ("; exit 0", "Find them, and pin the program to them?"),
    ] {
        let ground = Ground::new();
        let program = ground.program("program", &["a"]);
        let identity = ground.identity(&program);
        let script = format!("set -m; \"$@\" {job}");
        let mut shell = Command::new("setsid");
        shell.args(["--ctty", "--wait", "sh", "-c", &script, "sh"]);
        shell.arg(env!("CARGO_BIN_EXE_ldshim"));
        shell.args(arguments("ask", &identity, &program));
        let mut terminal = Terminal::start(ground.in_session(&mut shell));
        terminal.sees(expected);
        terminal.types("n");
        let ended = terminal.ends();
        assert_eq!(ended.code, Some(0), "{ended:?}");
    }
}

/// An index may be there the next time; a package that nobody has is not.
pub fn only_what_stays_so_is_remembered_as_failed() {
    let ground = Ground::new();
    let program = ground.program("program", &["a"]);
    let ran = auto(&ground, "yes", &program).succeeded();
    is_quiet(&ran, 1);
    assert!(ran.stderr.contains("no index says"), "{ran:?}");
    assert_eq!(ground.settled(&program), "nothing");

    let package = ground.package("p", "b", 1);
    ground.add_to_index(&[&package]);
    let ran = auto(&ground, "yes", &program).succeeded();
    assert!(ran.stderr.contains("no pin for program"), "{ran:?}");
    assert_eq!(ground.settled(&program), "failed");
}

/// Of a question that somebody stops.
pub fn a_question_that_is_left_is_asked_again() {
    let ground = Ground::new();
    let program = ground.program("program", &["a"]);
    let packages = [ground.package("one", "a", 1), ground.package("two", "a", 2)];
    ground.add_to_index(&[&packages[0], &packages[1]]);
    let mut terminal = asked(&ground, &program, &[]);
    terminal.types("y");
    terminal.sees("(a store path)");
    terminal.types("\x1b");
    let ended = terminal.ends();
    assert!(ended.screen.contains("nothing was pinned"), "{ended:?}");
    assert_eq!(ground.settled(&program), "nothing");
}

pub fn a_question_ends_with_the_time() {
    let ground = Ground::new();
    let program = ground.program("program", &["a"]);
    let terminal = asked(&ground, &program, &[("NIX_LD_ON_DEMAND_TIMEOUT", "1")]);
    let ended = terminal.ends();
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.screen.contains("within 1 seconds"), "{ended:?}");
    assert_eq!(ground.settled(&program), "failed");
}

/// Has the programs that are made from now on start the tool.
pub(super) fn start_tool(ground: &mut Ground, how: &str) {
    let configured = ground.path("stub");
    let mut configure = ground.command(&["stub", "configure", "--in", text(&ground.stub)]);
    configure.args(["--out", text(&configured), "--on-demand", how]);
    configure.args(["--tool", env!("CARGO_BIN_EXE_ldshim")]);
    Ran::of(&mut configure).succeeded();
    ground.stub = configured;
}

/// The stub, the tool, Nix and the loader together.
pub fn a_first_start_through_the_stub_works() {
    let mut ground = Ground::new();
    let plain = ground.program("plain", &["a"]);
    start_tool(&mut ground, "yes");
    let program = ground.program("program", &["a"]);
    ground.add_to_index(&[&ground.package("p", "a", 8)]);
    ground.does_not_start(&plain, &ground.soname("a"));
    let first = ground.start(&program).succeeded();
    assert_eq!(first.stdout, "8\n", "{first:?}");
    assert_eq!(first.stderr.lines().count(), 1, "{first:?}");
    let second = ground.start(&program).succeeded();
    assert_eq!(
        (&*second.stdout, &*second.stderr),
        ("8\n", ""),
        "{second:?}"
    );
}
