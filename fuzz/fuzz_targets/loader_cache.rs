//! Reading an `ld.so.cache`, damaged ones included, and looking names up in it.

#![no_main]

use ldshim::elf::Architecture;
use ldshim::loader_cache::LoaderCache;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    let Ok(cache) = LoaderCache::parse(file) else {
        return;
    };
    for architecture in Architecture::ALL {
        for entry in cache.entries().iter().take(4) {
            // In a file that is out of order a name may not be found. What is found is one of the entries.
            if let Some(path) = cache.lookup(&entry.name, architecture) {
                assert!(
                    cache
                        .entries()
                        .iter()
                        .any(|entry| entry.path == path && entry.flags == architecture.cache_flags)
                );
            }
        }
        let sorted = LoaderCache::new(cache.entries().to_vec(), architecture);
        assert_eq!(sorted.entries().len(), cache.entries().len());
        let again =
            LoaderCache::parse(&sorted.serialize().expect("it is small")).expect("it is our own");
        assert_eq!(again, sorted);
    }
});
