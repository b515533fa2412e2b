use std::vec::Vec;

use super::*;

/// A block as the kernel lays it out, with the strings beside it.
fn block(argv: &[&CStr], envp: &[&CStr], auxv: &[(usize, usize)]) -> Vec<usize> {
    let address = |text: &&CStr| text.as_ptr().expose_provenance();
    let mut words: Vec<usize> = [argv.len()].into();
    words.extend(argv.iter().map(address));
    words.push(0);
    words.extend(envp.iter().map(address));
    words.push(0);
    words.extend(auxv.iter().flat_map(|&(kind, value)| [kind, value]));
    words
}

/// The stack of a program with these entries and the final one.
fn with_auxv(auxv: &[(usize, usize)], look: impl Fn(InitialStack<'_>)) {
    let mut words = block(&[], &[], &[auxv, &[(at::NULL, 0)]].concat());
    // SAFETY: the block is as the kernel lays it out, and lives as long as the stack.
    look(unsafe { InitialStack::from_pointer(words.as_mut_ptr()) });
}

#[test]
fn a_program_is_secure_unless_the_kernel_says_that_it_is_not() {
    let secure = |auxv: &[(usize, usize)], expected| {
        with_auxv(auxv, |stack| {
            assert_eq!(stack.is_secure(), expected, "{auxv:?}")
        });
    };
    secure(&[(at::SECURE, 0)], false);
    secure(&[(at::SECURE, 1)], true);
    secure(&[], true);
    secure(&[(at::SECURE, 0), (at::SECURE, 1)], true);
    secure(&[(at::SECURE, 1), (at::SECURE, 0)], true);
    secure(&[(at::SECURE, 0), (at::SECURE, 0)], false);
}

#[test]
fn names_an_entry_that_is_missing() {
    let all = [(at::PHDR, 1), (at::PHNUM, 1), (at::BASE, 0), (at::ENTRY, 1)];
    with_auxv(&all, |stack| assert_eq!(stack.missing_entry(), None));
    for (number, name) in ["AT_PHDR", "AT_PHNUM", "AT_BASE", "AT_ENTRY"]
        .iter()
        .enumerate()
    {
        let mut some = all.to_vec();
        some.remove(number);
        with_auxv(&some, |stack| {
            assert_eq!(stack.missing_entry(), Some(name.as_bytes()));
        });
    }
}

#[test]
fn takes_the_smallest_pages_if_the_kernel_says_nothing_that_could_be() {
    for (says, size) in [
        (65536, 65536),
        (4096, 4096),
        (0, 4096),
        (1, 4096),
        (2048, 4096),
        (5000, 4096),
        (!0, 4096),
    ] {
        with_auxv(&[(at::PAGESZ, says)], |stack| {
            assert_eq!(stack.page_size(), size)
        });
    }
    with_auxv(&[], |stack| assert_eq!(stack.page_size(), 4096));
}

#[test]
fn changes_every_entry_of_a_kind() {
    with_auxv(
        &[(at::BASE, 1), (at::ENTRY, 2), (at::BASE, 3)],
        |mut stack| {
            stack.set_aux(at::BASE, 9);
            let values: Vec<_> = stack.auxv.iter().map(|entry| entry.value).collect();
            assert_eq!(values, [9, 2, 9, 0]);
        },
    );
}

fn texts<'a>(entries: &[Entry<'a>]) -> Vec<&'a CStr> {
    entries.iter().map(|entry| entry.to_c_str()).collect()
}

#[test]
fn takes_arguments_environment_and_auxv_apart() {
    let mut words = block(
        &[c"prog", c"-x"],
        &[c"A=1", c"odd", c"B=2"],
        &[(at::BASE, 7), (at::NULL, 0)],
    );
    // SAFETY: `block` lays the words out as the kernel does, and they outlive the stack.
    let stack = unsafe { InitialStack::from_pointer(words.as_mut_ptr()) };
    assert_eq!(texts(stack.argv), [c"prog", c"-x"]);
    assert_eq!(texts(stack.envp), [c"A=1", c"odd", c"B=2"]);
    assert_eq!(stack.auxv.len(), 2);
    assert_eq!(stack.aux(at::BASE), 7);
    assert_eq!(stack.aux(at::SECURE), 0);
    assert_eq!(stack.program(), Some(c"prog"));
}

#[test]
fn accepts_a_block_with_nothing_in_it() {
    let mut words = block(&[], &[], &[(at::NULL, 0)]);
    // SAFETY: as above.
    let stack = unsafe { InitialStack::from_pointer(words.as_mut_ptr()) };
    assert!(stack.argv.is_empty() && stack.envp.is_empty());
    assert_eq!(stack.program(), None);
}

#[test]
fn prefers_the_executed_path_to_the_first_argument() {
    let path = c"/w/prog".as_ptr().expose_provenance();
    let mut words = block(&[c"-bash"], &[], &[(at::EXECFN, path), (at::NULL, 0)]);
    // SAFETY: as above.
    let stack = unsafe { InitialStack::from_pointer(words.as_mut_ptr()) };
    assert_eq!(stack.program(), Some(c"/w/prog"));
}

#[test]
fn writes_auxv_entries_in_place_and_adds_none() {
    let mut words = block(&[], &[], &[(at::BASE, 1), (at::NULL, 0)]);
    // SAFETY: as above.
    let mut stack = unsafe { InitialStack::from_pointer(words.as_mut_ptr()) };
    stack.set_aux(at::BASE, 42);
    stack.set_aux(at::ENTRY, 43);
    assert_eq!(
        stack.auxv,
        [
            AuxEntry {
                kind: at::BASE,
                value: 42
            },
            AuxEntry {
                kind: at::NULL,
                value: 0
            }
        ]
    );
}

#[test]
fn strips_prefixes_of_strings_that_are_shorter_too() {
    let mut words = block(&[], &[c"NIX_LD=x", c"NIX", c""], &[(at::NULL, 0)]);
    // SAFETY: as above.
    let stack = unsafe { InitialStack::from_pointer(words.as_mut_ptr()) };
    let stripped: Vec<_> = stack
        .envp
        .iter()
        .map(|e| e.strip_prefix(b"NIX_LD").map(|e| e.to_c_str()))
        .collect();
    assert_eq!(stripped, [Some(c"=x"), None, None]);
}
