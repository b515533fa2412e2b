//! Where ldshim says that libraries are found, against what real loaders say.
//!
//! Each test asks both about the same files in the same environment: `ld.so FILE` with
//! LD_TRACE_LOADED_OBJECTS, which loads everything and runs nothing, and the resolver. They have to
//! agree on every library, its path, the order, versions that are missing, and on when the loader
//! gives up. The loader is the host's, unless `LDSHIM_TEST_LOADER` names another one.

use libtest_mimic::{Arguments, Trial};

mod answer;
mod built_in;
mod case;
#[path = "../common/mod.rs"]
#[expect(dead_code, unused_imports, reason = "other tests need more of it")]
mod common;
mod elf_file;
mod layouts;
mod random;
mod real_files;
mod rules;
mod symbols;
mod through_the_stub;
mod truth;

fn main() {
    let mut trials: Vec<Trial> = Vec::new();
    trials.extend(built_in::trials());
    trials.extend(rules::trials());
    trials.extend(symbols::trials());
    trials.extend(random::trials());
    trials.extend(layouts::trials());
    trials.extend(through_the_stub::trials());
    trials.extend(real_files::trials());
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
