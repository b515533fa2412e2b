//! Who named what the stub chooses, in words.

use loader_stub::plan::Origin;

/// Who named a loader.
pub(super) fn of_loader(origin: Origin) -> &'static str {
    match origin {
        Origin::SystemVariable => "NIX_LD of this system",
        Origin::Variable => "NIX_LD",
        Origin::LibraryEnvironment => "the library environment",
        Origin::Default => "the default library environment",
        Origin::Baked => "the stub's configuration",
        Origin::Pin => "its pin",
    }
}

/// Who named a library environment, or directories of libraries.
pub(super) fn of_libraries(origin: Origin) -> &'static str {
    match origin {
        Origin::SystemVariable => "NIX_LD_LIBRARY_PATH of this system",
        Origin::Variable => "NIX_LD_LIBRARY_PATH",
        Origin::LibraryEnvironment | Origin::Default => "the default",
        Origin::Baked => "the stub's configuration",
        Origin::Pin => "its pin",
    }
}
