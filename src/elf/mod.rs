//! What an ELF file says about itself. The format is described in the System V ABI, chapter
//! "Object Files", and in the processor supplements.

mod architecture;
mod identity;
mod interpreter;
mod sections;
mod segments;

pub use architecture::Architecture;
pub use identity::{Class, IdentifyError, Identity, identify, identify_header};
pub use interpreter::interpreter;
pub use sections::{Section, section};
pub use segments::{Segment, segments};
