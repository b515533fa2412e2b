//! What an ELF file says about itself. The format is described in the System V ABI, chapter
//! "Object Files", and in the processor supplements.

mod architecture;
mod identity;
mod interpreter;

pub use architecture::Architecture;
pub use identity::{Class, IdentifyError, Identity, identify, identify_header};
pub use interpreter::interpreter;
