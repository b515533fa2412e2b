//! Pins with a real Nix store: getting packages, keeping them, and what becomes of a pin whose writer is killed at
//! any time.
//!
//! Each test has a [`world::World`]: a state of its own, and store paths that nobody else has. They are removed one by
//! one, for others use the store as well. Builds and substitutions are made with what this machine has, as root or by
//! Nix' daemon.

use std::env;
use std::os::unix::process::CommandExt;
use std::process::Command;

use libtest_mimic::{Arguments, Failed, Trial};

mod at_once;
mod bare;
mod check;
mod command;
mod commands;
#[path = "../common/mod.rs"]
#[expect(dead_code, unused_imports, reason = "other tests need more of it")]
mod common;
mod fix;
mod garbage;
#[path = "../common/http.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod http;
mod killed;
#[path = "../common/moved_headers.rs"]
mod moved_headers;
mod nix;
#[path = "../common/nix_index.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod nix_index;
#[path = "../common/nixos_like.rs"]
mod nixos_like;
mod realise;
mod scarce;
#[path = "../common/terminal.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod terminal;
#[path = "../common/trace.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod trace;
mod trouble;
mod variables;
mod world;
mod writer;
mod writing;

/// Functions of the modules above, each with its path as its name.
macro_rules! tests {
    ($($module:ident::$function:ident,)*) => {
        vec![$((concat!(stringify!($module), "::", stringify!($function)), $module::$function as fn())),*]
    };
}

fn main() {
    if env::var_os(writer::VARIABLE).is_some() {
        writer::run();
    }
    // What is called from here reads these, in this process too, so they have to be there from its beginning.
    let settings = nix::settings();
    if env::var("NIX_CONFIG").is_ok_and(|value| value == settings) {
        let mut arguments = Arguments::from_args();
        // Garbage collection and counting of system calls do not get faster by waiting for each other.
        arguments.test_threads = arguments.test_threads.or(Some(2));
        libtest_mimic::run(&arguments, trials()).exit();
    }
    let mut again = Command::new(env::current_exe().expect("this test's own path"));
    again.args(env::args_os().skip(1));
    again.env("NIX_CONFIG", settings);
    again.env("LDSHIM_STUB", common::stub());
    again.env_remove("LD_LIBRARY_PATH");
    panic!("{}", again.exec());
}

/// Tests that mount, or make what belongs to somebody else: where they are not made by root, they are listed as ignored.
const NEED_ROOT: [&str; 11] = [
    "bare::",
    "the_tree_of_somebody_else_is_refused",
    "those_of_the_system_are_found_by_a_flag",
    "scarce::",
    "a_state_of_somebody_else_is_refused",
    "nothing_is_made_in_the_home_of_somebody_else",
    "a_mark_in_the_pins_of_somebody_else_is_refused",
    "what_is_made_is_not_writable_by_others_whatever_the_umask",
    "of_system::",
    "a_privileged_program_has_pins_of_the_system_only",
    "a_program_with_capabilities_has_pins_of_the_system_only",
];

fn trials() -> Vec<Trial> {
    let is_root = ::nix::unistd::geteuid().is_root();
    let tests = tests![
        at_once::one_program_has_one_of_two_pins_that_are_written_at_once,
        at_once::pins_of_many_programs_can_be_written_at_once,
        commands::a_pin_is_listed_with_its_program_and_state,
        commands::a_program_is_unpinned_though_it_is_gone,
        commands::marks_are_listed_and_removed,
        commands::prune_removes_what_is_of_no_use_and_nothing_else,
        commands::prune_keeps_the_pin_of_a_copy,
        commands::prune_keeps_the_pin_of_a_program_whose_path_is_not_utf_8,
        commands::those_of_the_system_are_found_by_a_flag,
        commands::verify_asks_the_real_loader_again,
        garbage::what_a_pin_needs_is_kept_until_it_is_unpinned,
        garbage::what_no_pin_needs_can_be_deleted,
        garbage::an_older_pin_keeps_nothing,
        garbage::a_pin_that_nothing_keeps_is_told_and_kept_again,
        killed::the_first_pin_is_whole_or_not_there,
        killed::the_old_pin_holds_until_the_new_one_does,
        killed::an_unpinned_program_has_its_whole_pin_or_none,
        killed::a_pin_is_whole_while_it_is_verified,
        realise::a_store_path_comes_from_a_binary_cache,
        realise::a_store_path_that_nobody_has_is_an_error,
        realise::an_output_of_a_flake_is_built,
        realise::an_output_of_a_file_is_built,
        realise::an_attribute_that_is_not_there_is_an_error,
        realise::a_build_is_ended_at_the_deadline_with_all_its_processes,
        realise::what_two_packages_need_counts_once,
        scarce::a_read_only_home_is_a_clear_error,
        scarce::a_full_disk_is_a_clear_error_and_changes_nothing,
        trouble::a_file_in_the_place_of_the_state_is_an_error,
        trouble::a_state_of_somebody_else_is_refused,
        trouble::nothing_is_made_in_the_home_of_somebody_else,
        trouble::a_mark_in_the_pins_of_somebody_else_is_refused,
        trouble::a_state_that_others_may_write_to_is_refused,
        trouble::what_is_made_is_not_writable_by_others_whatever_the_umask,
        trouble::a_damaged_description_is_told_and_can_be_replaced,
        trouble::a_later_version_is_told,
        trouble::a_lock_that_is_held_is_waited_for_until_the_deadline,
        variables::what_they_name_is_missing_in_the_pin,
        variables::neither_nix_nor_the_real_loader_gets_them,
        writing::a_pinned_program_finds_its_library,
        writing::a_program_that_misses_more_is_not_pinned,
        writing::force_pins_it_all_the_same,
        writing::chosen_libraries_win_over_those_of_today_and_others_do_not,
        writing::what_is_outside_of_the_store_is_told,
        writing::a_pin_of_another_program_is_not_replaced,
        writing::a_pin_replaces_a_mark,
        writing::a_library_that_its_package_does_not_have_is_an_error,
        writing::a_loader_of_musl_is_refused,
        writing::a_hundred_libraries_are_one_manifest,
    ];
    let trial = |(name, test): (&str, fn())| {
        let needs_root = !is_root && NEED_ROOT.iter().any(|it| name.contains(it));
        let trial = Trial::test(name, move || {
            test();
            Ok::<_, Failed>(())
        });
        trial.with_ignored_flag(needs_root)
    };
    let tests = tests
        .into_iter()
        .chain(command::tests())
        .chain(bare::tests())
        .chain(fix::tests());
    tests.map(trial).collect()
}
