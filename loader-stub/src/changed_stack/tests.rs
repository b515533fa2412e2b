#![allow(unsafe_code, reason = "blocks are read as a program reads them")]

use std::ffi::CString;
use std::string::String;
use std::vec;
use std::vec::Vec;

use super::*;
use crate::stack::at;

struct Memcpy;

// SAFETY: it is memcpy.
unsafe impl CopyBytes for Memcpy {
    unsafe fn copy_bytes(to: *mut u8, from: *const u8, count: usize) {
        // SAFETY: the caller's memory is there.
        unsafe { std::ptr::copy_nonoverlapping(from, to, count) }
    }
}

fn texts(entries: &[Entry<'_>]) -> Vec<String> {
    let text = |entry: &Entry<'_>| entry.to_c_str().to_str().unwrap().into();
    entries.iter().map(text).collect()
}

/// Arguments and environment of a program as the records change them.
fn changed(records: &[(Tag, &str)], argv: &[&str], envp: &[&str]) -> (Vec<String>, Vec<String>) {
    let mut bytes = Vec::new();
    for (tag, text) in records {
        bytes.extend((*tag as u16).to_le_bytes());
        bytes.extend((text.len() as u32).to_le_bytes());
        bytes.extend(text.as_bytes());
    }
    let strings: Vec<_> = (argv.iter().chain(envp))
        .map(|text| CString::new(*text).unwrap())
        .collect();
    let mut addresses = strings.iter().map(|text| text.as_ptr().expose_provenance());
    let mut words = vec![argv.len()];
    words.extend(addresses.by_ref().take(argv.len()));
    words.push(0);
    words.extend(addresses);
    words.extend([0, at::PAGESZ, 4096, at::ENTRY, 99, at::NULL, 0]);
    // SAFETY: the words are laid out as the kernel does it, and live as long as the stack.
    let stack = unsafe { InitialStack::from_pointer(words.as_mut_ptr()) };
    let changed = ChangedStack::new(&stack, Records(&bytes), b"/b", |path| path == c"/b/there");
    let mut memory = vec![MaybeUninit::new(usize::MAX); changed.words()];
    assert!(changed.write::<Memcpy>(&mut memory[1..]).is_none());
    changed.write::<Memcpy>(&mut memory).unwrap();
    // SAFETY: `write` has filled the memory with a block.
    let stack = unsafe { InitialStack::from_pointer(memory.as_mut_ptr().cast()) };
    assert_eq!((stack.aux(at::PAGESZ), stack.aux(at::ENTRY)), (4096, 99));
    (texts(stack.argv), texts(stack.envp))
}

#[test]
fn without_records_all_stays() {
    let (argv, envp) = changed(&[], &["a", "b"], &["X=1", "odd", "X=2"]);
    assert_eq!(argv, ["a", "b"]);
    assert_eq!(envp, ["X=1", "odd", "X=2"]);
}

#[test]
fn arguments_come_before_and_behind_the_users() {
    let records = [
        (Tag::Argv0, "name"),
        (Tag::First, "--x=@bundle@/x"),
        (Tag::Last, ""),
        (Tag::FirstIsArgv0, ""),
    ];
    let (argv, _) = changed(&records, &["a", "b"], &[]);
    assert_eq!(argv, ["name", "--x=/b/x", "a", "b", ""]);
    let (argv, _) = changed(&records[1..], &[], &[]);
    assert_eq!(argv, ["", "--x=/b/x", "", ""]);
}

#[test]
fn variables_change_where_they_are_and_new_ones_come_last() {
    let records = [
        (Tag::Variable, "A"),
        (Tag::Value, "@bundle@/a"),
        (Tag::Variable, "PATH"),
        (Tag::Separator, ":"),
        (Tag::Front, "@bundle@/bin"),
        (Tag::Variable, "GONE"),
        (Tag::Unset, ""),
        (Tag::Variable, "NEW"),
        (Tag::Default, "n"),
    ];
    let envp = ["PATH=/bin", "GONE=1", "AA=2", "A=1", "A=2", "PATH"];
    let (_, envp) = changed(&records, &["a"], &envp);
    assert_eq!(
        envp,
        ["PATH=/b/bin:/bin", "AA=2", "A=/b/a", "PATH", "NEW=n"]
    );
}

#[test]
fn what_is_there_decides_for_each_variable() {
    let records = [
        (Tag::Variable, "A"),
        (Tag::Choice, "/there"),
        (Tag::ChoiceValue, "1"),
        (Tag::Variable, "B"),
        (Tag::Value, "b"),
        (Tag::Variable, "C"),
        (Tag::Choice, "/gone"),
        (Tag::ChoiceValue, "2"),
        (Tag::Choice, "@bundle@/there"),
        (Tag::ChoiceValue, "@bundle@/3"),
    ];
    let (_, envp) = changed(&records, &["a"], &[]);
    assert_eq!(envp, ["B=b", "C=/b/3"]);
    let (_, envp) = changed(&records, &["a"], &["C=own"]);
    assert_eq!(envp, ["C=own", "B=b"]);
}
