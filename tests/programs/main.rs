//! Real programs from elsewhere, unpatched, in a root like that of NixOS.
//!
//! `cargo xtask fetch` gets them as `programs.json` pins them. Each file here is about one of them:
//! it shows that the program cannot be started without the stub, and does its real work with it.
//! Every test runs twice, once for each mechanism of the stub.

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
mod python;
mod ruff;
mod runpath;
mod sharp;
mod uv;

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
    let trials = TESTS.iter().flat_map(|&(name, test)| {
        Plan::ALL.map(|plan| {
            let run = move || {
                test(plan);
                Ok(())
            };
            Trial::test(format!("{name}::{}", plan.name()), run)
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}
