//! `ldshim pin`, as users and the stub run it.

mod asking;
mod autopatch;
mod bars;
mod choosing;
pub mod foreign;
mod glibc;
pub mod ground;
mod headers;
mod left;
mod locks;
mod marks;
mod of_system;
mod older;
mod on_demand;
mod refused;
mod rounds;
mod session;
mod widths;

/// All of them.
pub fn tests() -> Vec<(&'static str, fn())> {
    macro_rules! tests {
        ($($module:ident::$function:ident,)*) => {
            vec![$((
                concat!("command::", stringify!($module), "::", stringify!($function)),
                $module::$function as fn(),
            )),*]
        };
    }
    tests![
        widths::no_line_is_wider_than_the_terminal,
        asking::a_question_is_answered_by_searching,
        asking::a_question_can_be_left_by_escape,
        asking::an_interrupted_question_leaves_the_cursor,
        asking::nothing_is_asked_where_it_is_clear,
        bars::a_bar_is_shown_while_packages_come_on_a_terminal_only,
        bars::who_is_interrupted_while_packages_come_leaves_nothing,
        marks::a_missing_library_has_the_same_mark_everywhere,
        marks::explain_tells_what_a_pin_has_and_who_chose_it,
        autopatch::programs_get_the_loader_and_packages_that_are_kept,
        autopatch::a_dry_run_changes_nothing,
        autopatch::what_no_package_has_is_told_and_the_rest_is_done,
        autopatch::without_an_index_it_is_told_how_to_get_one,
        choosing::a_program_that_misses_a_library_starts_once_it_is_pinned,
        choosing::a_dry_run_changes_nothing,
        choosing::where_nobody_can_be_asked_the_packages_are_listed,
        choosing::an_attribute_can_be_selected_that_no_index_has,
        choosing::a_library_can_be_selected_that_is_not_missing,
        choosing::a_symbol_that_a_library_lacks_is_told,
        choosing::a_program_that_misses_nothing_is_pinned_by_force_only,
        choosing::a_package_is_chosen_that_offers_the_symbol_versions,
        choosing::a_library_that_lacks_a_symbol_version_is_replaced,
        choosing::a_library_in_a_folder_of_its_own_is_found,
        choosing::a_package_that_is_not_here_comes_from_a_binary_cache,
        choosing::links_to_a_package_are_that_package,
        choosing::of_packages_that_are_not_here_the_smallest_is_taken,
        choosing::what_is_here_already_goes_first,
        foreign::ninja_gets_its_libraries,
        foreign::python_gets_its_libraries,
        glibc::a_newer_glibc_comes_with_its_loader,
        glibc::a_glibc_can_be_selected,
        glibc::no_glibc_that_is_new_enough_is_an_error,
        glibc::the_glibc_of_a_chosen_library_is_brought_if_it_is_newer,
        headers::a_program_whose_headers_are_not_aligned_has_its_pin,
        headers::a_pin_holds_only_if_the_stub_takes_it,
        headers::a_program_that_the_stub_does_not_know_is_refused,
        left::what_can_be_had_is_pinned,
        left::where_nothing_can_be_had_force_pins_the_libraries_of_today,
        left::a_library_beside_the_program_is_told_and_can_be_used,
        left::a_library_beside_the_program_can_be_used_by_its_search_path,
        left::a_preset_that_would_do_is_told,
        left::fix_tells_a_preset_that_would_do,
        left::a_start_on_demand_tells_a_preset_that_would_do,
        locks::a_lock_makes_the_same_pin_elsewhere,
        locks::a_lock_that_is_not_named_is_not_used,
        locks::a_lock_of_another_build_is_refused,
        locks::a_lock_that_is_changed_is_refused,
        locks::what_is_outside_of_the_store_is_not_in_a_lock,
        locks::a_lock_of_a_program_that_misses_nothing_is_written_by_force_only,
        of_system::what_the_session_says_does_not_count,
        of_system::libraries_that_others_may_change_are_refused,
        of_system::an_index_of_somebody_else_is_refused,
        older::a_pin_of_an_older_library_environment_is_told_and_renewed,
        older::a_pin_of_the_libraries_of_then_is_renewed,
        older::a_pin_that_cannot_be_renewed_is_told,
        on_demand::a_program_that_misses_nothing_is_marked,
        on_demand::without_a_terminal_one_line_is_said,
        on_demand::what_is_clear_is_pinned_and_what_is_not_is_marked,
        on_demand::of_what_cannot_be_read_it_is_not_remembered_that_nothing_is_missing,
        on_demand::a_program_of_another_identity_is_left_alone,
        on_demand::the_program_that_runs_a_script_is_meant,
        on_demand::a_user_can_decline,
        on_demand::a_user_can_agree,
        on_demand::in_the_background_nothing_is_asked,
        on_demand::only_what_stays_so_is_remembered_as_failed,
        on_demand::a_question_that_is_left_is_asked_again,
        on_demand::a_question_ends_with_the_time,
        on_demand::a_first_start_through_the_stub_works,
        refused::what_is_no_dynamic_program_is_refused,
        refused::a_launcher_script_leads_to_what_it_starts,
        refused::without_an_index_it_is_told_how_to_get_one,
        refused::a_privileged_program_has_pins_of_the_system_only,
        refused::a_program_with_capabilities_has_pins_of_the_system_only,
        refused::a_selection_that_says_nothing_is_refused,
        refused::a_package_for_another_machine_is_passed_over,
        refused::control_characters_do_not_reach_the_terminal,
        rounds::what_a_chosen_library_misses_is_chosen_as_well,
        rounds::what_nobody_has_is_an_error,
        rounds::another_version_that_packages_have_is_named,
        rounds::the_drivers_own_libraries_come_from_no_package,
        rounds::a_package_without_the_library_is_an_error,
        session::a_first_start_counts_what_the_loader_is_told,
        session::a_program_that_needs_no_variable_is_marked_in_spite_of_it,
        session::what_the_loader_is_told_does_not_answer_for_the_pin,
    ]
}
