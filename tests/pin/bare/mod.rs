//! Where nothing is set up: from the error to a running program in one command.

mod first_start;
mod host;
mod offer;
mod ssh;

/// All of them.
pub fn tests() -> Vec<(&'static str, fn())> {
    macro_rules! tests {
        ($($module:ident::$function:ident,)*) => {
            vec![$((
                concat!("bare::", stringify!($module), "::", stringify!($function)),
                $module::$function as fn(),
            )),*]
        };
    }
    tests![
        first_start::a_program_gets_its_libraries_and_starts,
        first_start::the_command_can_be_left_out,
        first_start::a_program_that_misses_nothing_starts_and_is_not_pinned,
        first_start::on_a_terminal_it_is_found_and_started_with_no_more_words,
        first_start::in_a_pipe_nothing_is_asked_and_the_command_is_told,
        first_start::a_preset_that_would_do_is_told,
        first_start::once_leaves_nothing,
        first_start::an_isolated_program_has_its_pin,
        first_start::where_nixos_explains_itself_it_starts_all_the_same,
        first_start::what_a_script_starts_gets_its_libraries,
        first_start::what_no_package_has_is_told,
        first_start::a_pin_whose_paths_are_gone_is_made_again,
        first_start::pin_says_how_the_program_starts_then,
        first_start::in_a_container_it_starts_without_a_namespace,
        first_start::the_second_start_is_short,
        ssh::over_ssh_nothing_is_asked_and_the_command_is_told,
        ssh::over_ssh_with_a_terminal_it_is_found_and_started,
        offer::an_index_is_offered_and_got_on_a_terminal,
        offer::who_declines_is_told_the_command,
        offer::in_a_pipe_no_index_is_got,
        offer::the_database_of_nix_locate_is_taken,
    ]
}
