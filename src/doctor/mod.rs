//! `ldshim doctor`: whether foreign programs can run here, and what stands in the way.
//!
//! Each group of checks has a file. A check looks at the system as it is and returns [`Finding`]s; none changes
//! anything. What the stub would decide is asked of the stub's own code, as `ldshim explain` does.

mod diagnosis;
mod finding;
mod generations;
pub mod json;
mod libraries;
mod library_path;
mod loader_variables;
mod machine;
mod messages;
mod mounts;
mod occupant;
mod pattern;
mod places;
mod plan;
mod startup_files;
mod system;
pub mod text;
mod variables;

use crate::explain::Settings;

pub use diagnosis::{Diagnosis, diagnose};
pub use finding::{Finding, Group, Level};
pub use messages::{Trap, traps};

use machine::Runs;
use occupant::Occupant;

/// Looks at everything.
#[must_use]
pub fn examine(settings: &Settings) -> Vec<Group> {
    let machine = machine::architectures();
    let native = machine.iter().find(|it| it.1 == Runs::Natively);
    let place = native.map(|it| Occupant::of(it.0.loader_path.as_ref(), it.0));
    let has_stub = matches!(place, Some(Occupant::Stub(_)));
    let has_own_loader = matches!(place, Some(Occupant::Loader { .. }));

    let plans = plan::Plans::of(&machine, settings);
    let group = |name, findings| Group { name, findings };
    vec![
        group("stub", places::check(&machine)),
        group("plan", plans.check(has_own_loader)),
        group("libraries", libraries::check(&plans, settings)),
        group(
            "variables",
            [
                loader_variables::check(settings, has_stub),
                variables::check(settings, has_stub),
                library_path::check(settings),
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
