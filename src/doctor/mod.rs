//! `ldshim doctor`: whether foreign programs can run here, and what stands in the way.
//!
//! Each group of checks has a file. A check looks at the system as it is and returns [`Finding`]s; none changes
//! anything. What the stub would decide is asked of the stub's own code, as `ldshim explain` does.

mod diagnosis;
mod finding;
mod fixes;
mod generations;
mod index;
pub mod json;
mod libraries;
mod library_path;
mod loader_variables;
mod machine;
mod messages;
mod misplaced;
mod mounts;
mod occupant;
mod on_demand;
mod pins;
mod places;
mod plan;
mod preload_files;
mod startup_files;
mod system;
pub mod text;
mod variables;

use crate::explain::Settings;

pub use diagnosis::{Diagnosis, diagnose};
pub use finding::{Finding, Group, Level};
pub use messages::{Certainty, Speaker, Trap, speakers, traps};

use machine::Runs;
use occupant::Occupant;

/// Who reads the variables of ldshim and nix-ld when a foreign program starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// ldshim's stub, which tries the next loader if one cannot be used.
    Stub,
    /// nix-ld, or something unknown, which may give up.
    NixLd,
    /// Nobody: programs have a loader of their own, or none.
    Nobody,
}

impl Reader {
    fn of(occupant: Option<&Occupant>) -> Self {
        match occupant {
            Some(Occupant::Stub(_)) => Self::Stub,
            Some(Occupant::NixLd(_) | Occupant::Unknown) => Self::NixLd,
            _ => Self::Nobody,
        }
    }

    /// How bad it is if NIX_LD names no loader.
    fn without_loader(self) -> Level {
        match self {
            Self::Stub => Level::Warning,
            Self::NixLd => Level::Problem,
            Self::Nobody => Level::Info,
        }
    }
}

/// Looks at everything.
#[must_use]
pub fn examine(settings: &Settings) -> Vec<Group> {
    let machine = machine::architectures();
    let native = machine.iter().find(|it| it.1 == Runs::Natively);
    let place = native.map(|it| Occupant::of(it.0.loader_path.as_ref(), it.0));
    let reader = Reader::of(place.as_ref());
    let on_demand = match &place {
        Some(Occupant::Stub(stub)) => on_demand::check(stub, settings),
        _ => Vec::new(),
    };
    let plans = plan::Plans::of(&machine, settings);
    let group = |name, findings| Group { name, findings };
    vec![
        group(
            "stub",
            [places::check(&machine), misplaced::check()].concat(),
        ),
        group("plan", plans.check(reader)),
        group("libraries", libraries::check(&plans, settings)),
        group(
            "packages",
            [index::check(), pins::check(), fixes::check(), on_demand].concat(),
        ),
        group(
            "variables",
            [
                loader_variables::check(settings, reader),
                variables::check(settings, reader),
                library_path::check(settings),
                preload_files::check(&plans),
            ]
            .concat(),
        ),
        group(
            "system",
            [system::check(), mounts::check(settings)].concat(),
        ),
    ]
}

/// Whether nothing is wrong.
#[must_use]
pub fn is_healthy(groups: &[Group]) -> bool {
    let mut findings = groups.iter().flat_map(|group| &group.findings);
    findings.all(|finding| finding.level != Level::Problem)
}
