//! The command-line tool `ldshim`. By the names `patchelf` and `ldconfig` it is those programs.

use std::path::Path;
use std::process::ExitCode;

use ldshim::{cli, commands, terminal};

fn main() -> ExitCode {
    if is_called("patchelf") {
        return commands::patchelf(std::env::args_os());
    }
    if is_called("ldconfig") {
        return commands::ldconfig(std::env::args_os());
    }
    match commands::run(cli::parse(std::env::args_os())) {
        Ok(status) => status,
        Err(error) => {
            terminal::complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Whether this is the name by which the program was started.
fn is_called(name: &str) -> bool {
    let own = std::env::args_os().next().unwrap_or_default();
    Path::new(&own).file_name().is_some_and(|it| it == name)
}
