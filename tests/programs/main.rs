//! Real programs from elsewhere, unpatched, in a root like that of NixOS.
//!
//! `cargo xtask fetch` gets them as `programs.json` pins them. Most are rows of the tables in `table/`: what is run, and what
//! it prints. Those that need more than that have a file here. All show that the program cannot be started without the
//! stub, and do real work with it. Every test runs twice, once for each mechanism of the stub.
//!
//! What is large is not fetched by every run. Its tests count as ignored; `cargo xtask test programs --all` runs them.

use libtest_mimic::{Arguments, Trial};

use common::Plan;

mod biome;
mod bun;
mod clang_format;
mod cmake;
#[path = "../common/mod.rs"]
#[expect(dead_code, unused_imports, reason = "other tests need more of it")]
mod common;
mod compile;
mod cpp_exceptions;
mod dlopen;
mod fetched;
mod java;
mod ldconfig;
mod node;
mod numpy;
mod pnpm;
mod presets;
mod python;
mod ruff;
mod runpath;
mod sharp;
mod table;
mod uv;
mod work;

/// A test of one program with one mechanism of the stub.
type Test = fn(Plan);

/// Functions of the modules above, each with its path as its name.
macro_rules! tests {
    ($($module:ident::$function:ident,)*) => {
        &[$((concat!(stringify!($module), "::", stringify!($function)), $module::$function)),*]
    };
}

/// What each program shows.
const TESTS: &[(&str, Test)] = tests![
    biome::formats_a_file,
    bun::compiles_an_executable_with_an_appended_payload,
    bun::starts_itself_through_proc_self_exe,
    clang_format::formats_a_file,
    cmake::configures_builds_and_tests_a_project,
    cpp_exceptions::cross_a_library,
    dlopen::finds_the_library_environment,
    java::makes_a_key,
    ldconfig::ctypes_finds_libraries,
    ldconfig::prisma_sees_the_version_of_openssl,
    ldconfig::triton_finds_the_driver,
    ldconfig::vs_codes_check_finds_the_c_libraries,
    node::hashes_and_compresses,
    node::starts_itself_through_proc_self_exe,
    numpy::multiplies_matrices_with_its_bundled_openblas,
    pnpm::installs_a_package,
    python::extensions_find_the_library_environment,
    ruff::formats_a_file,
    runpath::bundled_library_is_not_shadowed_with_the_cache_plan,
    sharp::resizes_an_image_with_its_bundled_libvips,
    uv::builds_and_installs_a_wheel,
];

fn main() {
    let of_files = TESTS.iter().flat_map(|&(name, test)| {
        let is_large = name.split("::").next().is_some_and(fetched::is_large);
        Plan::ALL.map(|plan| {
            let name = format!("{name}::{}", plan.name());
            trial(&name, move || test(plan)).with_ignored_flag(is_large)
        })
    });
    let of_tables = table::all().flat_map(|(table, work)| {
        Plan::ALL.map(|plan| {
            let name = format!("{table}::{}::{}", work.package, plan.name());
            trial(&name, move || work.check(plan)).with_ignored_flag(work.is_large())
        })
    });
    let of_presets = presets::ALL.iter().map(|row| {
        let name = format!("presets::{}::{}", row.preset, row.package);
        trial(&name, move || row.check()).with_ignored_flag(row.is_large())
    });
    let trials = of_files.chain(of_tables).chain(of_presets).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn trial(name: &str, run: impl FnOnce() + Send + 'static) -> Trial {
    Trial::test(name, move || {
        run();
        Ok(())
    })
}
