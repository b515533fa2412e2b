//! What explanations depend on, beside files.

use std::ffi::OsString;
use std::path::PathBuf;

/// What explanations depend on, beside files.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The environment: names and values.
    pub environment: Vec<(OsString, OsString)>,
    /// The stub, if it is named. It has to be one.
    pub stub: Option<PathBuf>,
    /// Where else a stub may be, beside the place of the loader that programs name.
    pub stub_places: Vec<PathBuf>,
    /// In place of NIX_LD
    pub loader: Option<OsString>,
    /// In place of NIX_LD_LIBRARY_PATH
    pub library_path: Option<OsString>,
    /// As if no program had a pin.
    pub without_pins: bool,
    /// As if every program had this pin.
    pub pin: Option<PathBuf>,
    /// Whether the kernel's part in a start counts too: who may execute the file, and what is where it names a loader.
    pub asks_kernel: bool,
    /// As if a stub stood where programs look for their loader: [`Settings::stub`], or any that will do.
    pub supposes_stub: bool,
    /// Whether to note where each library is looked for.
    pub keeps_looks: bool,
    /// As anybody starts a program, and not as whoever asks: what has rights of its own is privileged.
    pub for_all_users: bool,
}
