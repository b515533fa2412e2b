//! Giving up a copy that is no longer there: its pin, and its stub.

use std::path::Path;

use super::{Record, stub_place};
use crate::pin::{self, Pin, State};

/// Removes the pin and the stub of the copy that a tree had, unless another tree has the same copy: one that was copied.
pub fn release(tree: &Path, record: &Record, stub: Option<&Path>, state: &State) {
    let all = pin::all(state).unwrap_or_default();
    let known = all
        .iter()
        .find(|it| it.identity.to_string() == record.identity);
    let program = known
        .and_then(|it| Pin::read(&it.path).ok())
        .map(|it| it.program);
    let is_used = program.is_some_and(|it| {
        let program = Path::new(&it);
        !program.starts_with(tree) && record.is_copy(program)
    });
    if !is_used {
        // Where there is no such pin, all is well.
        _ = pin::unpin(state, record.identity.as_ref());
        stub.into_iter()
            .for_each(|it| stub_place::remove(it, state));
    }
}
