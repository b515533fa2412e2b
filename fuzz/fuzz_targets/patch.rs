//! Edits of any file: either a reason why not, or changes that can be undone and, made again, change nothing.
//!
//! Input: a byte for each of two choices of edits, then the file.

#![no_main]

use std::collections::{BTreeMap, BTreeSet};

use ldshim::surgery::{self, Edit, Options, Plan, SearchPathChange, Undo};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let [first, second, file @ ..] = input else {
        return;
    };
    let options = Options {
        undo: Undo::InFile,
        ..Options::default()
    };
    let _ = surgery::facts(file, &[]).map(|facts| surgery::resolution_cache(&facts));
    let _ = surgery::check_like_patchelf(file, &edits(*first));
    let _ = surgery::undo(file, None);
    let Ok(plan) = surgery::plan(file, &edits(*first), &options) else {
        return;
    };
    let once = changed(file, &plan);
    assert!(once.len() < 3 * file.len() + (1 << 20), "bounded by the file");
    let Ok(plan) = surgery::plan(&once, &edits(*second), &options) else {
        return;
    };
    let twice = changed(&once, &plan);
    // Where a program may look behind the end of its file, there is no record.
    let has_record = !plan.is_final && surgery::undo(&twice, None).is_ok();
    let is_new = surgery::undo(file, None).is_err();
    if has_record && is_new {
        let back = surgery::undo(&twice, None).expect("a record");
        let original = changed(&twice, &back);
        assert!(original == file || original == once, "the original is had back");
    }
});

fn changed(file: &[u8], plan: &Plan) -> Vec<u8> {
    let mut file = file.to_vec();
    surgery::apply(&mut file, plan);
    file
}

fn edits(choice: u8) -> Vec<Edit> {
    let text = |text: &str| text.as_bytes().to_vec();
    let path = |change| Edit::SearchPath {
        change,
        force_rpath: choice & 64 != 0,
    };
    match choice % 16 {
        0 => vec![Edit::Interpreter(text("/nix/store/a-glibc/lib/ld-linux-x86-64.so.2"))],
        1 => vec![Edit::Interpreter(text("/l"))],
        2 => vec![Edit::Soname(text("lib-with-a-name.so.1"))],
        3 => vec![path(SearchPathChange::Set(text("/nix/store/abc-libraries/lib")))],
        4 => vec![path(SearchPathChange::Add(text("/a:/b"))), Edit::Interpreter(text("/a/b/c/d/e"))],
        5 => vec![path(SearchPathChange::Remove)],
        6 => vec![Edit::AddNeeded(vec![text("libm.so.6"), text("libnew.so")])],
        7 => vec![Edit::RemoveNeeded(BTreeSet::from([text("libc.so.6")]))],
        8 => vec![Edit::ReplaceNeeded(BTreeMap::from([(text("libc.so.6"), text("/nix/store/libc.so.6"))]))],
        9 => vec![Edit::OrderNeeded(vec![text("libc.so.6")])],
        10 => vec![Edit::ClearVersion(BTreeSet::from([text("main"), text("puts")]))],
        11 => vec![Edit::NoDefaultLibraries, Edit::DebugTag, Edit::OsAbi(3)],
        12 => vec![Edit::ExecutableStack(choice & 32 != 0)],
        13 => vec![Edit::RenameSymbols(BTreeMap::from([(text("puts"), text("another_name"))]))],
        14 => vec![Edit::ResolutionCache(text("libc.so.6\0=/lib/libc.so.6\0\0"))],
        _ => Vec::new(),
    }
}
