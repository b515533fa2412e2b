//! What the documentation shows: its commands are run in a home that has what the page speaks of, and have to print what stands
//! there. `cargo test --test pin -- docs::` compares; with LDSHIM_WRITE_DOCS=1 it writes the pages anew.

mod page;
mod shown;
mod stage;

mod explain;
mod pin;
mod python;

/// All of them.
pub fn tests() -> Vec<(&'static str, fn())> {
    vec![
        (
            "docs::explain::shows_what_a_program_needs",
            explain::shows_what_a_program_needs,
        ),
        (
            "docs::pin::shows_the_way_to_a_pin",
            pin::shows_the_way_to_a_pin,
        ),
        (
            "docs::python::shows_the_way_to_numpy",
            python::shows_the_way_to_numpy,
        ),
        (
            "docs::shown::another_line_is_noticed",
            shown::another_line_is_noticed,
        ),
        (
            "docs::shown::versions_hashes_and_what_is_left_out_are_not",
            shown::versions_hashes_and_what_is_left_out_are_not,
        ),
    ]
}
