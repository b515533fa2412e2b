//! What an ELF file says about itself. The format is described in the System V ABI, chapter
//! "Object Files", and in the processor supplements.

mod architecture;
mod dynamic;
mod elsewhere;
mod identity;
mod image;
mod interpreter;
mod memory;
mod names;
mod notes;
mod number;
mod payload_section;
mod program_identity;
mod sections;
mod segments;
mod symbols;
mod versions;

pub use architecture::Architecture;
pub use dynamic::{Dependency, DependencyKind, Dynamic, Unreadable};
pub use elsewhere::{Elsewhere, MUSL, elsewhere, is_of_musl};
pub use identity::{Class, IdentifyError, Identity, identify, identify_header};
pub use image::{Image, ImageError};
pub use interpreter::interpreter;
pub use names::{gnu_hash, hash};
pub use notes::{Note, notes};
pub use payload_section::payload_section;
pub use program_identity::{ProgramIdentity, is_known_at_start, program_identity};
pub use sections::{NamedSection, Section, named_sections, section};
pub use segments::{Segment, Source, segments};
pub use symbols::{Symbols, Wanted};
pub use versions::VersionNeed;
