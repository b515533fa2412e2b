//! What musl's loader says: every message of ldso/dynlink.c and src/ldso/*.c.

use super::Said::{self, Alone};
use super::Silence::{self, General, Help, Listing, Part};

/// Messages with a row in the table: the format, with `%m` as it is worded for each row; how it is said; and the row.
#[rustfmt::skip]
pub const KNOWN: &[(&str, Said, &str)] = &[
    ("%s: %s: Not a valid dynamic program", Alone, "loader-as-command"),
    ("%s: cannot load %s: %s", Alone, "loader-cannot-load"),
    ("%s: Error getting %zu bytes thread-local storage: %m", Alone, "loader-out-of-memory"),
    ("Cannot dlopen while program is exiting.", Alone, "dlopen-misused"),
    ("Dynamic linker failed to allocate memory for error message", Alone, "loader-out-of-memory"),
    ("Dynamic loading not supported", Alone, "dlopen-misused"),
    ("Error allocating constructor queue: %m", Alone, "loader-out-of-memory"),
    ("Error allocating function descriptors for %s", Alone, "loader-out-of-memory"),
    ("Error loading dependencies for %s", Alone, "loader-out-of-memory"),
    ("Error loading shared library %s: %m", Alone, "missing-library"),
    ("Error loading shared library %s: %m (needed by %s)", Alone, "missing-library"),
    ("Error preparing lazy relocation for %s: %m", Alone, "loader-out-of-memory"),
    ("Error recording dependencies for %s", Alone, "loader-out-of-memory"),
    ("Error relocating %s: %s: initial-exec TLS resolves to dynamic definition in %s", Alone, "undefined-symbol"),
    ("Error relocating %s: %s: symbol not found", Alone, "undefined-symbol"),
    ("Error relocating %s: RELRO protection failed: %m", Alone, "no-writable-code"),
    ("Error relocating %s: cannot allocate TLSDESC for %s", Alone, "loader-out-of-memory"),
    ("Error relocating %s: unsupported relocation type %d", Alone, "damaged-library"),
    ("Invalid library handle 0x%x", Alone, "dlopen-misused"),
    ("Library %s is not already loaded", Alone, "dlopen-misused"),
    ("State of %s is inconsistent due to multithreaded fork", Alone, "loader-bug"),
    ("Symbol not found: %s", Alone, "symbol-not-found-musl"),
];

/// How what has no row begins, and why it has none.
#[rustfmt::skip]
pub const SILENT: &[(&str, Silence)] = &[
    ("\t%s => %s (%p)", Listing),
    ("\t%s (%p)", Listing),
    ("Unsupported request %d", General),
    ("musl libc (", Help),
    ("Invalid library handle %p", Part),
    ("?Dynamic linker failed to allocate memory", Part),
];

/// What `%m` stands for where opening a library fails, and the row that it leads to.
#[rustfmt::skip]
pub const REASONS: &[(&str, &str)] = &[
    ("No such file or directory", "missing-library"),
    ("Permission denied", "library-denied"),
    ("Exec format error", "not-a-library"),
    ("Invalid argument", "not-a-library"),
    ("Out of memory", "loader-out-of-memory"),
    ("No file descriptors available", "too-many-open-files"),
    ("I/O error", "library-denied"),
    ("Symbolic link loop", "library-denied"),
];

/// Words with which the messages of musl's loader begin, among all the other texts of its C library.
pub const BEGINNINGS: &[&str] = &[
    "Error ",
    "Cannot dlopen",
    "Dynamic l",
    "Library %s",
    "Invalid library",
    "State of %s",
    "Symbol not",
    "Unsupported request",
    "musl libc (",
    "?Dynamic l",
    "\t%s ",
    "%s: ",
];
