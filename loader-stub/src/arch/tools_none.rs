//! Debuggers and valgrind where the stub does nothing for them. `tools_x86_64.rs` says what there would be.

/// Whether valgrind executes this code. It is not asked.
pub(crate) fn is_under_valgrind() -> bool {
    false
}

/// Whether somebody has put a breakpoint into [`debug_state`]. Nobody can: it is not exported.
pub(crate) fn is_watched() -> bool {
    false
}

/// Does nothing.
pub(crate) unsafe extern "C" fn debug_state() {}

/// No code is diverted.
pub(crate) fn near_jump(_: &[u8], _: usize, _: usize) -> Option<[u8; 0]> {
    None
}

/// What [`long_call`] makes.
pub(crate) type Call = [u8; 0];

/// No code is made.
pub(crate) fn long_call(_: usize, _: usize) -> Call {
    []
}
