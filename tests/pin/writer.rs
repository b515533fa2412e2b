//! A process that writes one pin, for tests that kill it, starve it, or start several.

use std::path::{Path, PathBuf};
use std::process::{Command, exit};

use ldshim::pin::{self, State};

use crate::world::{self, nix_commands};

/// The environment variable by which this test's executable is a writer.
pub const VARIABLE: &str = "LDSHIM_TEST_PIN_WRITER";

/// The command that writes a pin of `program` with the library `soname` of `package`.
pub fn command(state: &State, program: &Path, package: &Path, soname: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this test's own path"));
    command.env(VARIABLE, "1");
    command.args([state.directory(), program, package, Path::new(soname)]);
    command
}

/// Does what such a command is to do.
pub fn run() -> ! {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [state, program, package, soname] = &arguments[..] else {
        panic!("a writer has four arguments")
    };
    let recipe = world::recipe(program, package, crate::nix::text(soname));
    match pin::write(&recipe, &State::at(state), &nix_commands(), false) {
        Ok(_) => exit(0),
        Err(error) => {
            eprintln!("{error:#}");
            exit(1)
        }
    }
}
