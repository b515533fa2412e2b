//! The program's pin: looking for it, at the cost of one system call if there is none, and asking the tool for one if
//! that is wanted.

use loader_stub::identity::Identity;
use loader_stub::on_demand;
use loader_stub::path_buffer::PathBuffer;
use loader_stub::pin::{self, Place, Verdict};
use loader_stub::plan::Inputs;
use loader_stub::stack::{InitialStack, at};

use crate::log::{Level, Log};
use crate::spawn;
use crate::sys::{self, Errno};

/// What there is at the place of a pin.
enum Found {
    /// Nothing, and nothing was tried yet.
    Nothing,
    /// No pin, or none that could be used. Or a mark that the tool was asked before.
    NoPin,
    /// A pin whose paths are there.
    Pin,
}

/// The directory of the program's pin.
pub(crate) fn find<'b>(
    stack: &InitialStack<'_>,
    inputs: &Inputs<'_>,
    identity: Identity,
    buffer: &'b mut PathBuffer,
    log: Log,
) -> Option<&'b [u8]> {
    let place = pin::place(inputs.settings, inputs.secure, identity, buffer)?;
    let user = stack.aux(at::EUID) as u32;
    let mut found = look(place, user, log);
    // Where there is no home, nobody could remember that the tool was asked.
    if let (Found::Nothing, false) = (&found, place.is_of_system)
        && let Some(request) = on_demand::request(inputs)
    {
        spawn::tool(stack, &request, identity, log);
        found = look(place, user, log);
    }
    matches!(found, Found::Pin).then_some(place.path.to_bytes())
}

/// What there is at a place. A pin that is there but cannot be used is said to be so.
fn look(place: Place<'_>, user: u32, log: Log) -> Found {
    let path = place.path.to_bytes();
    let status = match sys::status(place.path) {
        Ok(status) => status,
        Err(Errno(libc::ENOENT)) => return Found::Nothing,
        Err(_) => return Found::NoPin,
    };
    let has_manifest = || {
        let mut buffer = PathBuffer::new();
        let manifest = buffer.join(path, pin::MANIFEST);
        manifest.is_some_and(sys::is_readable)
    };
    let (owner, mode) = (status.stx_uid, u32::from(status.stx_mode));
    match pin::judge(owner, mode, user, place.is_of_system, has_manifest) {
        Verdict::NoPin => Found::NoPin,
        Verdict::Taken => Found::Pin,
        Verdict::Refused(refusal) => {
            let (why, next_step) = (refusal.as_bytes(), refusal.next_step());
            log.say(
                Level::Warn,
                &[b"the pin ", path, b" is not used: ", why, b"; ", next_step],
            );
            Found::NoPin
        }
    }
}
