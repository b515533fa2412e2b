//! What the stub says when it is started by hand with nothing to run.

use loader_stub::plan::{Mechanism, Plan};

use crate::image::{self, Head};
use crate::{log, sys};

const TEXT: &str = concat!(
    "nix-ld ",
    env!("CARGO_PKG_VERSION"),
    " of ldshim: the loader of programs that were not made for NixOS\n",
    "\n",
    "The kernel starts it in place of the loader that such a program names. Started by hand, it takes\n",
    "what the loader takes: [FLAG...] PROGRAM [ARGUMENT...]\n",
    "\n",
    "It reads:\n",
    "  NIX_LD, NIX_LD_",
    env!("NIX_SYSTEM"),
    "  the real loader\n",
    "  NIX_LD_LIBRARY_PATH, NIX_LD_LIBRARY_PATH_",
    env!("NIX_SYSTEM"),
    "  directories of libraries\n",
    "  NIX_LD_MUSL..., NIX_LD_MUSL_LIBRARY_PATH...  the same for programs of musl, if it is named ld-musl-*\n",
    "  NIX_LD_ON_DEMAND  what to do for a program without a pin: 0, 1 or ask, yes\n",
    "  NIX_LD_LOG  how much it says: off, error, warn (the default), info, debug, trace\n",
    "\n",
    "It would use now:\n",
);

/// Prints the help, and which loader and libraries would be used, and ends.
#[cold]
#[inline(never)]
pub(crate) fn print(plan: &Plan<'_>, page_size: usize) -> ! {
    let usable = |path| {
        let mut head = Head::new();
        image::open(path, &mut head, page_size)
            .map(|(file, _)| file.close())
            .is_ok()
    };
    let loader = plan
        .loaders
        .iter()
        .flatten()
        .find(|candidate| usable(candidate.path));
    let [path, file] = loader.map_or([&b"none: no loader was found"[..], b""], |loader| {
        log::path_pieces(loader.path)
    });
    let (libraries, how): (&[u8], &[u8]) = match &plan.libraries {
        None => (b"none", b""),
        Some(libraries) if libraries.mechanism == Mechanism::Cache => {
            (libraries.path, b" (with a cache)")
        }
        Some(libraries) => (libraries.path, b""),
    };
    let pieces = [
        TEXT.as_bytes(),
        b"  loader ",
        path,
        file,
        b"\n  libraries ",
        libraries,
        how,
        b"\n",
    ];
    sys::write(libc::STDOUT_FILENO, &pieces);
    sys::exit(0)
}
