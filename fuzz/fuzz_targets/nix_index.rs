//! Databases of nix-index, without their compression, and the index that is made of them.

#![no_main]

use ldshim::index::compact::Compact;
use ldshim::index::nix_index::Entries;
use ldshim::index::{Pattern, convert_entries};
use libfuzzer_sys::fuzz_target;
use memchr::memmem::Finder;

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, bytes)) = bytes.split_first() else {
        return;
    };
    if choice % 2 == 1 {
        let _ = walk(bytes);
        return;
    }
    let Ok((imported, index)) = convert_entries(Entries::new(bytes), None) else {
        return;
    };
    assert_eq!(walk(&index), Some(imported.libraries));
});

/// Looks at all that an index has, and counts its libraries; `None` if it is damaged.
fn walk(bytes: &[u8]) -> Option<usize> {
    let index = Compact::new(bytes).ok()?;
    let (names, texts) = (index.names().ok()?, index.texts().ok()?);
    let mut count = 0;
    let pattern = Pattern::new("*z*").expect("a pattern");
    let needle = pattern.needle();
    let visit = |_, name: &[u8]| _ = pattern.fits(name);
    names.scan("lib", &Finder::new(&needle), visit).ok()?;
    for number in 0..names.count() {
        let name = names.get(number).ok()?;
        let _ = names.find(&name).ok()?;
        for posting in index.postings(number).ok()? {
            let posting = posting.ok()?;
            let package = index.package(posting.package).ok()?;
            let _ = texts.get(posting.folder).ok()?;
            let _ = texts.get(package.name).ok()?;
            let _ = package.attribute.map(|it| texts.get(it));
            count += 1;
        }
    }
    Some(count)
}
