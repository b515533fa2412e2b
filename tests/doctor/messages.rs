//! The table of messages: each trap knows a message as it was reported

mod table;

use std::collections::BTreeSet;

use ldshim::doctor::{diagnose, traps};

use table::MESSAGES;

#[test]
fn each_message_is_known_as_what_it_is() {
    for (code, message) in MESSAGES {
        let found = diagnose(message);
        let codes: Vec<_> = found.iter().map(|it| it.trap.code).collect();
        assert_eq!(codes, [*code], "{message}");
    }
}

#[test]
fn each_trap_has_a_message_here() {
    let tested: BTreeSet<_> = MESSAGES.iter().map(|it| it.0).collect();
    for trap in traps() {
        assert!(tested.contains(trap.code), "{}", trap.code);
    }
    assert_eq!(tested.len(), traps().count(), "codes are told apart");
}

#[test]
fn threads_are_named_as_repository_and_number() {
    for thread in traps().flat_map(|it| it.threads) {
        let (repository, number) = thread.split_once('#').unwrap_or_else(|| panic!("{thread}"));
        assert_eq!(repository.split('/').count(), 2, "{thread}");
        assert!(number.parse::<u32>().is_ok(), "{thread}");
    }
}

#[test]
fn names_in_advice_are_those_of_the_message_or_in_capitals() {
    let advice = diagnose("a: libfoo.so.1: cannot open shared object file")[0].advice();
    assert!(advice.contains("`ldshim locate libfoo.so.1`"), "{advice}");
    let advice = diagnose("Pkg: Error reading from file.")[0].advice();
    assert!(advice.contains("`ldshim explain PROGRAM`"), "{advice}");
    for trap in traps() {
        let text = diagnose_first(trap.code).advice();
        assert!(!text.contains('{'), "{text}");
    }
}

fn diagnose_first(code: &str) -> ldshim::doctor::Diagnosis {
    let message = MESSAGES.iter().find(|it| it.0 == code).unwrap().1;
    diagnose(message).remove(0)
}
