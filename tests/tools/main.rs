//! Foreign programs in the company of other tools: debuggers, tracers, emulators, sanitizers, sandboxes.
//!
//! Each file here is about one tool, or one habit of programs. Every test runs twice, once for each mechanism
//! of the stub. The C programs are in `sources/`.
//!
//! A tool that looks at a program runs on the host, as what it looks at does: see [`host::Host`]. Programs
//! that need no tool run in a root like that of NixOS.
//!
//! `cargo xtask test` installs the tools, but for rr, which needs a processor's counters and knows few
//! processors. A test whose tool cannot work here, rr or perf, is ignored, and shows why.

use libtest_mimic::{Arguments, Trial};

use common::Plan;

mod auxv;
mod bwrap;
#[path = "../common/mod.rs"]
#[expect(dead_code, unused_imports, reason = "other tests need more of it")]
mod common;
mod compile;
mod gdb;
mod go;
mod host;
mod ldd;
mod memory;
mod perf;
mod rr;
mod sanitizers;
mod starts_itself;
mod static_pie;
mod strace;
mod valgrind;

/// A test with one mechanism of the stub.
type Test = fn(Plan);

/// What a test needs of the machine besides the prerequisites; says what is missing, if something is.
type Needs = fn() -> Option<&'static str>;

/// Functions of the modules above, each with its path as its name.
macro_rules! tests {
    ($($needs:path: $module:ident::$function:ident,)*) => {
        &[$((concat!(stringify!($module), "::", stringify!($function)), $module::$function, $needs)),*]
    };
}

const TESTS: &[(&str, Test, Needs)] = tests![
    nothing: auxv::kernel_says_the_stub_and_the_library_says_the_real_loader,
    nothing: bwrap::sandbox_without_run_is_served_by_what_is_baked_in,
    nothing: gdb::attaches_to_a_running_program,
    nothing: gdb::breaks_in_main_and_lists_libraries,
    nothing: gdb::breaks_in_libraries_that_are_loaded_later,
    nothing: gdb::breaks_in_constructors_of_libraries,
    nothing: gdb::follows_the_program_when_the_tool_is_started_on_demand,
    nothing: gdb::has_nothing_to_warn_of,
    nothing: gdb::knows_the_real_loader,
    nothing: gdb::steps_into_a_library,
    nothing: go::program_with_cgo_resolves_names_and_starts_itself,
    nothing: go::program_without_cgo_needs_no_loader,
    nothing: ldd::lists_what_the_program_gets,
    nothing: memory::stack_may_be_executable,
    nothing: memory::thread_local_storage_may_be_huge,
    perf::missing: perf::finds_the_symbols_of_programs_and_libraries,
    rr::missing: rr::records_and_replays,
    nothing: sanitizers::address_sanitizer_finds_an_overflow,
    nothing: sanitizers::thread_sanitizer_finds_a_race,
    nothing: starts_itself::by_exec,
    nothing: starts_itself::by_posix_spawn,
    nothing: starts_itself::by_vfork,
    nothing: starts_itself::without_randomization,
    nothing: static_pie::needs_no_loader,
    nothing: strace::follows_the_program_and_its_children,
    nothing: valgrind::finds_no_errors_but_the_programs_own,
];

fn nothing() -> Option<&'static str> {
    None
}

fn main() {
    let trials = TESTS.iter().flat_map(|&(name, test, needs)| {
        let missing = needs();
        Plan::ALL.map(|plan| {
            let run = move || {
                test(plan);
                Ok(())
            };
            let trial = Trial::test(format!("{name}::{}", plan.name()), run);
            // Ignored tests are counted and shown, and so is the kind, which says why.
            match missing {
                Some(missing) => trial.with_ignored_flag(true).with_kind(missing),
                None => trial,
            }
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}
