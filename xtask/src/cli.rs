//! The flags of `cargo xtask`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use xtask_start::Network;

/// The project's own tasks.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub task: Task,
}

/// The tasks, in the order in which `--help` lists them.
#[derive(Debug, Subcommand)]
pub enum Task {
    /// See a real program fail as on NixOS, and run through the stub
    Demo(DemoArgs),
    /// Make the film of a first start, docs/images/first-start.svg, of a real session
    Film(FilmArgs),
    /// Check everything: format, clippy, build, tests, documentation
    Test(TestArgs),
    /// Measure what the stub adds to a start, beside other loaders, and how fast the tool is
    Bench(BenchArgs),
    /// Fetch what the tests need: programs into target/programs, libraries into the Nix store, a kernel
    Fetch(FetchArgs),
    /// Feed random input to the stub's pure half and to the tool's parsers
    Fuzz(FuzzArgs),
    /// Start the virtual machine of the NixOS module's tests, and show its console
    Vm(VmArgs),
    /// Run another project's tests with ldshim in the place of its program
    #[command(subcommand)]
    Peers(PeersTask),
    /// Write man pages into target/man and completions into target/completions
    Man,
}

/// `cargo xtask demo`
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// As on a new machine: in a root without /nix, in a copy of the work tree with nothing compiled or fetched
    #[arg(long)]
    pub fresh: bool,
    #[command(flatten)]
    pub network: NetworkArgs,
}

/// `cargo xtask film`
#[derive(Debug, Args)]
pub struct FilmArgs {
    /// Write nothing: fail if it no longer shows what is printed
    #[arg(long)]
    pub check: bool,
    #[command(flatten)]
    pub network: NetworkArgs,
}

/// `cargo xtask test`
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct TestArgs {
    /// Test only this
    #[command(subcommand)]
    pub only: Option<TestOnly>,
    /// Try the stub for another architecture only: its shape, its counts, and all of its behaviours
    ///
    /// Without it, everything is tested, the stubs of all architectures among it.
    #[arg(long, value_enum)]
    pub arch: Option<Arch>,
    /// Also build a glibc with a store prefix, as nixpkgs does, and test with it: takes many minutes, once
    #[arg(long, conflicts_with = "arch")]
    pub store_glibc: bool,
    /// Run only the tests, in conditions that they must not depend on: `all` in turn, or one for the day
    ///
    /// Each is one run in another folder, with other variables, umask, time zone, locale and standard input.
    #[arg(long, value_enum, value_name = "WHICH", num_args = 0..=1, default_missing_value = "all", conflicts_with_all = ["arch", "store_glibc"])]
    pub shaken: Option<Shaken>,
    #[command(flatten)]
    pub network: NetworkArgs,
}

/// What `cargo xtask test` can be told to test only.
#[derive(Debug, Subcommand)]
pub enum TestOnly {
    /// The NixOS module, among nixpkgs' own modules: tests/nixos
    Nixos(NixosArgs),
    /// The documentation: what it shows can be done, and is what the tool prints: tests/docs
    Docs(DocsArgs),
    /// Real programs, modules and addons from elsewhere, each with a piece of work: tests/programs
    Programs(ProgramsArgs),
    /// Bundles on other distributions, those of large programs too: tests/elsewhere
    Bundles(BundlesArgs),
}

/// `cargo xtask test nixos`
#[derive(Debug, Args)]
pub struct NixosArgs {
    /// A checkout of nixpkgs. Its lib and modules are read, and those parts that tests/nixos names will do
    #[arg(long, value_name = "PATH")]
    pub modules: PathBuf,
    #[command(flatten)]
    pub network: NetworkArgs,
}

/// `cargo xtask test docs`
#[derive(Debug, Args)]
pub struct DocsArgs {
    /// Write what the commands print now into the pages, in the place of what differs from it
    #[arg(long)]
    pub write: bool,
    #[command(flatten)]
    pub network: NetworkArgs,
}

/// `cargo xtask test programs`
#[derive(Debug, Args)]
pub struct ProgramsArgs {
    /// The large ones too, which no other run fetches
    #[arg(long)]
    pub all: bool,
    #[command(flatten)]
    pub network: NetworkArgs,
    /// Only tests with this in their names
    pub name: Option<String>,
}

/// `cargo xtask test bundles`
#[derive(Debug, Args)]
pub struct BundlesArgs {
    #[command(flatten)]
    pub network: NetworkArgs,
    /// Only tests with this in their names
    pub name: Option<String>,
}

/// What `--shaken` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shaken {
    /// One run after the other, each of those that are named here
    All,
    /// One of them, which depends on the date
    Today,
    /// A folder with a space, 3 variables, no HOME, umask 077, no terminal, standard input closed
    Sparse,
    /// A path of 150 bytes, 300 variables, umask 000, an odd time zone and locale
    Crowded,
}

/// What `--arch` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Arch {
    /// 64-bit ARM, in QEMU
    Aarch64,
    /// 64-bit RISC-V, in QEMU
    Riscv64,
    /// 32-bit x86, by the kernel of an x86-64 machine itself
    I686,
    /// All of these
    All,
}

/// `cargo xtask bench`
#[derive(Debug, Args)]
pub struct BenchArgs {
    /// Measure the index of libraries only
    #[arg(long)]
    pub index: bool,
    /// Measure how fast logs are searched for messages only
    #[arg(long, conflicts_with = "index")]
    pub messages: bool,
    /// Measure edits of ELF files only
    #[arg(long, conflicts_with_all = ["index", "messages"])]
    pub patch: bool,
    /// Measure starts of a bundled program only
    #[arg(long, conflicts_with_all = ["index", "messages", "patch"])]
    pub bundle: bool,
    /// A patchelf to measure beside them
    #[arg(long, value_name = "PATH")]
    pub patchelf: Option<PathBuf>,
    /// Another stub to measure beside this project's
    #[arg(long, value_name = "PATH")]
    pub peer: Option<PathBuf>,
    /// How often to start the empty program; the others are started a tenth as often
    #[arg(long, value_name = "N", default_value_t = 2000, value_parser = clap::value_parser!(u32).range(10..))]
    pub runs: u32,
    #[command(flatten)]
    pub network: NetworkArgs,
}

/// `cargo xtask peers`
#[derive(Debug, Subcommand)]
pub enum PeersTask {
    /// patchelf's tests and its property test, and edits of real files, side by side
    Patchelf(PatchelfArgs),
    /// nix-ld's tests, with ldshim's stub and with its own
    NixLd(NixLdArgs),
}

/// `cargo xtask peers nix-ld`
#[derive(Debug, Args)]
pub struct NixLdArgs {
    #[command(flatten)]
    pub network: NetworkArgs,
    /// A checkout of nix-ld; it is copied, and stays as it is
    #[arg(value_name = "CHECKOUT")]
    pub checkout: PathBuf,
}

/// `cargo xtask peers patchelf`
#[derive(Debug, Args)]
pub struct PatchelfArgs {
    /// Run the property test with the seeds from 1 to this one
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub seeds: u32,
    /// How many cases the property test has for each seed
    #[arg(long, value_name = "N", default_value_t = 300)]
    pub cases: u32,
    #[command(flatten)]
    pub network: NetworkArgs,
    /// A checkout of patchelf; it is copied, and stays as it is
    #[arg(value_name = "CHECKOUT")]
    pub checkout: PathBuf,
}

/// `cargo xtask fetch`
#[derive(Debug, Args)]
pub struct FetchArgs {
    /// Also build the glibc with a store prefix that `test --store-glibc` tests with
    #[arg(long)]
    pub store_glibc: bool,
    /// The large programs too, with those that `test bundles` tries
    #[arg(long, conflicts_with = "programs")]
    pub all: bool,
    #[command(flatten)]
    pub network: NetworkArgs,
    /// The programs of tests/programs/programs.json to fetch [default: all but the large ones]
    #[arg(value_name = "PROGRAM")]
    pub programs: Vec<String>,
}

/// `cargo xtask vm`
#[derive(Debug, Args)]
pub struct VmArgs {
    /// The scenario of nixos-module/tests/scenarios to run [default: a shell; Ctrl-A X ends the machine]
    pub scenario: Option<String>,
    #[command(flatten)]
    pub network: NetworkArgs,
}

/// `cargo xtask fuzz`
#[derive(Debug, Args)]
pub struct FuzzArgs {
    /// How long each target runs
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    pub minutes: u64,
    /// Keep what was found in fuzz/corpus, as far as it reaches more code
    #[arg(long)]
    pub keep: bool,
    #[command(flatten)]
    pub network: NetworkArgs,
    /// The targets of fuzz/fuzz_targets to run [default: all]
    #[arg(value_name = "TARGET")]
    pub targets: Vec<String>,
}

/// What every task has that may need something from elsewhere.
#[derive(Debug, Args)]
pub struct NetworkArgs {
    /// Install and download nothing; fail if something is missing
    #[arg(long)]
    offline: bool,
}

impl NetworkArgs {
    /// What `--offline` says.
    pub fn network(&self) -> Network {
        if self.offline {
            Network::Forbidden
        } else {
            Network::Allowed
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_flags_do_not_contradict_each_other() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_benchmark_of_fewer_than_ten_runs_is_refused() {
        assert!(Cli::try_parse_from(["xtask", "bench", "--runs", "9"]).is_err());
        assert!(Cli::try_parse_from(["xtask", "bench", "--runs", "10"]).is_ok());
    }
}
