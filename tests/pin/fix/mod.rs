//! `ldshim fix` and `ldshim unfix`: interpreters of the store and their modules; trees of programs.

mod changes;
mod interpreters;
mod interrupts;
mod misfortune;
mod programs;
mod real;
pub mod scene;
mod trees;

/// All of them.
pub fn tests() -> Vec<(&'static str, fn())> {
    macro_rules! tests {
        ($($module:ident::$function:ident,)*) => {
            vec![$((
                concat!("fix::", stringify!($module), "::", stringify!($function)),
                $module::$function as fn(),
            )),*]
        };
    }
    tests![
        changes::fixing_again_takes_in_new_modules,
        changes::what_is_fixed_already_is_left_alone,
        changes::an_interpreter_that_was_put_back_is_noticed,
        changes::the_pin_of_a_moved_tree_is_found,
        interpreters::it_needs_no_build_id,
        interpreters::its_own_libraries_are_found_beside_the_original,
        interpreters::a_wrapper_is_refused,
        interpreters::a_script_is_refused,
        interpreters::it_is_kept_from_the_garbage_collector,
        interpreters::one_may_be_named,
        interpreters::a_foreign_one_gets_a_copy_too,
        interrupts::a_tree_is_fixed_whole_or_not_at_all,
        interrupts::a_question_ends_by_the_interrupt,
        misfortune::the_copy_starts_without_a_home,
        misfortune::a_copied_tree_leaves_the_pin_of_the_first_one,
        misfortune::a_moved_tree_is_told_and_fixed_where_it_is,
        misfortune::a_moved_tree_of_copies_is_restored,
        misfortune::what_no_package_has_does_not_stand_in_the_way,
        misfortune::a_file_where_the_copy_would_be_is_not_touched,
        misfortune::an_updated_interpreter_is_noticed_and_taken,
        misfortune::the_copy_is_not_pinned_by_itself,
        misfortune::the_tree_of_somebody_else_is_refused,
        misfortune::modules_that_are_gone_are_no_trouble,
        misfortune::modules_that_are_links_are_found,
        programs::each_gets_a_pin_and_a_question_is_asked_once,
        programs::those_in_a_virtual_environment_are_pinned_too,
        programs::a_program_of_the_store_is_told_what_to_do,
        programs::where_nothing_is_to_be_fixed_that_is_said,
        programs::a_pin_can_be_made_for_modules,
        real::numpy_is_imported_by_a_python_of_the_store,
        trees::modules_of_a_virtual_environment_find_their_libraries,
        trees::children_see_the_environment_as_it_was,
        trees::unfix_gives_back_the_same_tree,
        trees::a_dry_run_changes_nothing,
        trees::what_misses_nothing_is_left_alone,
        trees::what_the_tree_brings_is_not_looked_for,
        trees::modules_of_musl_and_drivers_are_passed_over,
        trees::two_trees_of_one_interpreter_have_pins_of_their_own,
        trees::copies_of_the_interpreter_are_patched_and_restored,
        trees::node_gets_its_copy_where_npm_looks_first,
    ]
}
