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
mod common;
mod compile;
mod cpp_exceptions;
mod dlopen;
mod fetched;
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

/// What each program shows.
const TESTS: &[(&str, Test)] = &[
    ("biome_formats_a_file", biome::formats_a_file),
    (
        "bun_starts_itself_through_proc_self_exe",
        bun::starts_itself_through_proc_self_exe,
    ),
    (
        "bun_compiles_a_single_file_executable_that_runs",
        bun::compiles_an_executable,
    ),
    ("clang_format_formats_a_file", clang_format::formats_a_file),
    (
        "cmake_gcc_and_ninja_configure_build_and_test_a_project",
        cmake::builds_a_project,
    ),
    (
        "an_exception_crosses_a_library",
        cpp_exceptions::cross_a_library,
    ),
    (
        "dlopen_after_start_finds_the_library_environment",
        dlopen::finds_the_library_environment,
    ),
    (
        "node_starts_itself_through_proc_self_exe",
        node::starts_itself_through_proc_self_exe,
    ),
    ("node_computes_with_its_own_libraries", node::computes),
    (
        "numpy_multiplies_matrices_with_its_bundled_openblas",
        numpy::multiplies_matrices,
    ),
    (
        "pnpm_installs_a_package_from_its_appended_payload",
        pnpm::installs_a_package,
    ),
    (
        "python_extensions_find_the_library_environment",
        python::loads_extensions,
    ),
    ("ruff_formats_a_file", ruff::formats_a_file),
    (
        "a_bundled_library_is_not_shadowed_with_the_cache_plan",
        runpath::prefers_the_bundled_library_with_the_cache_plan,
    ),
    (
        "sharp_resizes_an_image_with_its_bundled_libvips",
        sharp::resizes_an_image,
    ),
    (
        "uv_builds_a_wheel_and_installs_it_for_a_foreign_python",
        uv::builds_and_installs_a_wheel,
    ),
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
