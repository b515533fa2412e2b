//! The flags of `ldshim`. Help, man page and shell completions all come from here.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ColorChoice, CommandFactory, FromArgMatches, Parser, Subcommand};

mod autopatch;
mod bundle;
mod doctor;
mod env;
mod fix;
mod freeze;
mod index;
mod ldconfig;
mod locate;
mod overview;
mod patch;
mod pin;
mod pins;
mod scripts;
mod shell;

pub use autopatch::AutopatchArgs;
pub use bundle::{BundleArgs, BundleFormat};
pub use doctor::DoctorArgs;
pub use env::{EnvBuildArgs, EnvCommand, EnvShowArgs, ExtraPath};
pub use fix::{FixArgs, UnfixArgs};
pub use freeze::FreezeArgs;
pub use index::{IndexAddArgs, IndexCommand, IndexImportArgs, IndexUpdateArgs};
pub use ldconfig::LdconfigArgs;
pub use locate::LocateArgs;
pub use patch::PatchArgs;
pub use pin::{Auto, PinArgs};
pub use pins::{PinsArgs, UnpinArgs};
pub use scripts::completions;
pub use shell::{ShellArgs, ShellFormat};

/// Run programs built for other Linux systems on NixOS, unpatched.
#[derive(Debug, Parser)]
#[command(name = "ldshim", version, propagate_version = true)]
pub struct Cli {
    /// Colours: as the terminal and NO_COLOR say, always, or never
    #[arg(long, global = true, value_name = "WHEN", default_value_t = ColorChoice::Auto, hide_possible_values = true,
        display_order = 998)]
    pub color: ColorChoice,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The command line, as help and everything that is made of it have it.
#[must_use]
pub fn command() -> clap::Command {
    overview::with_overview(Cli::command())
}

/// Parses a command line. For one that is none, and where help is asked for, this is the end of the program.
#[must_use]
pub fn parse(given: impl Iterator<Item = OsString>) -> Cli {
    let arguments = arguments(given);
    // Before it is parsed: help and complaints have colours, too.
    color(&arguments).write_global();
    let parsed = Cli::from_arg_matches(&command().get_matches_from(arguments));
    parsed.unwrap_or_else(|error| error.exit())
}

/// What is to be parsed of a command line: `ldshim PROGRAM` means `ldshim run PROGRAM` if no command has that name. A program is
/// what has a slash in it.
fn arguments(given: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut all: Vec<_> = given.collect();
    let mut first = 1;
    while let Some(option) = all.get(first).and_then(|it| it.to_str()) {
        first += match option {
            "--color" => 2,
            _ if option.starts_with("--color=") => 1,
            _ => break,
        };
    }
    let is_program = all.get(first).is_some_and(|it| {
        let bytes = it.as_encoded_bytes();
        bytes.contains(&b'/') && !bytes.starts_with(b"-")
    });
    if is_program {
        all.insert(first, "run".into());
    }
    all
}

/// Which colours are asked for. What stands behind `run` may be for another program.
fn color(arguments: &[OsString]) -> anstream::ColorChoice {
    let words = arguments.iter().skip(1).map(|it| it.to_str().unwrap_or(""));
    let mut words = words.take_while(|it| !["--", "run"].contains(it));
    let mut color = anstream::ColorChoice::Auto;
    while let Some(word) = words.next() {
        let value = match word.strip_prefix("--color") {
            Some("") => words.next(),
            Some(rest) => rest.strip_prefix('='),
            None => continue,
        };
        color = value.map_or(color, |it| choice(it.parse().unwrap_or_default()));
    }
    color
}

/// What clap calls a choice of colours, for what writes the colours.
#[must_use]
pub fn choice(color: ColorChoice) -> anstream::ColorChoice {
    match color {
        ColorChoice::Auto => anstream::ColorChoice::Auto,
        ColorChoice::Always => anstream::ColorChoice::Always,
        ColorChoice::Never => anstream::ColorChoice::Never,
    }
}

/// The subcommands, in the order in which `--help` lists them.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a program through the stub, without installing anything
    Run(RunArgs),
    /// Explain what would happen if a program were started
    Explain(ExplainArgs),
    /// Make the wheels, addons and programs of a folder work: find what they lack, and give it to them for good
    Fix(FixArgs),
    /// Give back what `ldshim fix` has changed
    Unfix(UnfixArgs),
    /// Find the libraries that a program lacks, and give them to it for good
    Pin(PinArgs),
    /// List the pins of programs, check them, and remove those of no use
    Pins(PinsArgs),
    /// Remove the pins of programs
    Unpin(UnpinArgs),
    /// Edit programs and libraries: loader, search path, needed libraries and more
    Patch(Box<PatchArgs>),
    /// Give the programs and libraries of a tree loader and search paths, as nixpkgs' auto-patchelf does
    Autopatch(Box<AutopatchArgs>),
    /// Have a program name all of its libraries by their paths, so that its loader searches for none
    Freeze(FreezeArgs),
    /// Write a program and all that it needs as a folder or archive that runs on any distribution
    Bundle(Box<BundleArgs>),
    /// Write a Nix file with the packages that programs need
    Shell(ShellArgs),
    /// Say which packages have a library
    Locate(LocateArgs),
    /// Fill the index of libraries that `locate` and `explain` look into
    #[command(
        subcommand,
        after_help = "\
Examples:
  ldshim index update
  ldshim index add ./result"
    )]
    Index(IndexCommand),
    /// Check whether foreign programs can run here, or explain an error message
    Doctor(DoctorArgs),
    /// Build and inspect library environments
    #[command(
        subcommand,
        after_help = "\
Examples:
  ldshim env build --out env --loader lib/ld.so lib
  ldshim env show ./env"
    )]
    Env(EnvCommand),
    /// Configure and inspect stubs
    #[command(
        subcommand,
        after_help = "\
Examples:
  ldshim stub configure --in nix-ld --out my --loader ld.so
  ldshim stub show /lib64/ld-linux-x86-64.so.2"
    )]
    Stub(StubCommand),
    /// List the libraries that programs find here, where they ask ldconfig
    Ldconfig(LdconfigArgs),
    /// Print completions for a shell
    Completions(CompletionsArgs),
}

/// `ldshim run`
#[derive(Debug, Args)]
#[command(after_help = "\
Where programs have no loader, as on NixOS, a program that lacks libraries gets them first: packages are chosen, got and pinned \
as by `ldshim pin`, and on a terminal you are asked what is not clear. The next time it starts at once. Elsewhere nothing \
is asked, and what it would need is told. `ldshim PROGRAM` is `ldshim run PROGRAM` if no command has that name.

Exit status: the program's own; 127 if it is not there or lacks libraries, 126 if it cannot be executed, 125 if ldshim fails.

Examples:
  ldshim run ./program --its-option
  ldshim run --once ./program")]
pub struct RunArgs {
    /// Do not ask: get what the program lacks, and where several packages fit equally well, take the first
    #[arg(short, long)]
    pub yes: bool,
    /// Leave no pin: the next start looks for the libraries again
    #[arg(long)]
    pub once: bool,
    /// The library environment to use, and nothing that is got [default: the system's, else one made of this host's libraries,
    /// else, where it has none, of ldshim's own glibc]
    #[arg(long, value_name = "DIR")]
    pub env: Option<PathBuf>,
    /// Hide the host, as on NixOS: the program sees /nix, /proc, /dev, an empty /tmp and home, /bin/sh, /usr/bin/env, its own
    /// folder (of PREFIX/bin/PROGRAM all of PREFIX) and the current one
    #[arg(long)]
    pub isolate: bool,
    /// With --isolate, show this too, where it is on the host [several times for several]
    #[arg(long, value_name = "DIR", requires = "isolate")]
    pub show: Vec<PathBuf>,
    /// The stub to use [default: what LDSHIM_STUB names, else the one installed with ldshim]
    #[arg(long, value_name = "FILE")]
    pub stub: Option<PathBuf>,
    /// The program, searched for in PATH if it has no slash, and its arguments
    // One list, not two: else options right after the program would count as ldshim's own.
    #[arg(required = true, trailing_var_arg = true, num_args = 1.., value_names = ["PROGRAM", "ARGS"])]
    pub command: Vec<OsString>,
}

/// `ldshim explain`
#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: 0 if it would start, 1 if it would not, 2 if that cannot be told; of several programs the highest.

Examples:
  ldshim explain ./program
  ldshim explain --all ~/Downloads/app"
)]
pub struct ExplainArgs {
    /// Explain all programs and libraries for this machine in this directory tree, in one report
    #[arg(long, value_name = "DIR", conflicts_with = "programs")]
    pub all: Option<PathBuf>,
    /// Print JSON: one object, or an array if several programs are named
    #[arg(long)]
    pub json: bool,
    /// Say as well where each library was looked for, in order, why a file was passed over, and what was decided before, by whom
    #[arg(short, long, conflicts_with_all = ["all", "json"])]
    pub verbose: bool,
    /// Use this loader, as if NIX_LD named it
    #[arg(long, value_name = "FILE")]
    pub loader: Option<OsString>,
    /// Use this library environment or these directories, as if NIX_LD_LIBRARY_PATH named them
    #[arg(long, value_name = "PATH")]
    pub library_path: Option<OsString>,
    /// As if no program had a pin
    #[arg(long)]
    pub without_pins: bool,
    /// Ask this stub, as if it were where programs look for their loader [default: what LDSHIM_STUB names, else
    /// the one at that place, else the one installed with ldshim]
    #[arg(long, value_name = "FILE")]
    pub stub: Option<PathBuf>,
    /// The programs, libraries or scripts; a name that is no file here is searched for in PATH
    #[arg(required_unless_present = "all", value_name = "PROGRAM")]
    pub programs: Vec<PathBuf>,
}

/// `ldshim stub ...`
#[derive(Debug, Subcommand)]
pub enum StubCommand {
    /// Write a copy of a stub with paths baked in
    Configure(StubConfigureArgs),
    /// Show what is baked into a stub
    Show(StubShowArgs),
}

/// `ldshim stub configure`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ldshim stub configure --in nix-ld --out my --loader ld.so
  ldshim stub configure --in nix-ld --out my --on-demand ask")]
pub struct StubConfigureArgs {
    /// The stub to copy
    #[arg(long = "in", value_name = "FILE")]
    pub input: PathBuf,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// The real loader to fall back on
    #[arg(long, value_name = "FILE")]
    pub loader: Option<PathBuf>,
    /// The library environment to fall back on
    #[arg(long, value_name = "DIR")]
    pub library_dir: Option<PathBuf>,
    /// The same for programs of musl
    #[arg(long, value_name = "FILE")]
    pub musl_loader: Option<PathBuf>,
    /// The same for programs of musl
    #[arg(long, value_name = "DIR")]
    pub musl_library_dir: Option<PathBuf>,
    /// What to do for a program of glibc that has no pin, unless NIX_LD_ON_DEMAND says otherwise: start `ldshim pin`,
    /// which asks on a terminal, or takes the best packages where they are clear
    #[arg(long, value_name = "WHAT", value_parser = ["no", "ask", "yes"])]
    pub on_demand: Option<String>,
    /// The ldshim that is started then [default: /run/current-system/sw/bin/ldshim]
    #[arg(long, value_name = "FILE")]
    pub tool: Option<PathBuf>,
}

/// `ldshim stub show`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ldshim stub show /lib64/ld-linux-x86-64.so.2
  ldshim stub show --json ./nix-ld")]
pub struct StubShowArgs {
    /// The stub
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `ldshim completions`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ldshim completions bash > ldshim.bash
  ldshim completions zsh > _ldshim")]
pub struct CompletionsArgs {
    /// The shell
    pub shell: clap_complete::Shell,
}
