//! One round's choice.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::Rounds;
use crate::choice::{Choices, Knowledge, Need, choose, is_part_of_glibc};
use crate::commands::pin::left::Left;
use crate::commands::pin::lookup::{self, LIBC, Store};
use crate::commands::pin::packages::Had;
use crate::commands::pin::temporary::Temporary;
use crate::commands::pin::text;
use crate::explain::{Kind, Report};
use crate::index::{HOW_TO_GET_ONE, Index};

impl Rounds<'_> {
    /// Chooses; asks if that is what to do.
    pub(super) fn decide(
        &mut self,
        needs: &[Need],
        index: Option<&Index>,
        report: &Report,
        chosen: &[Had],
    ) -> Result<Choices> {
        let has_glibc = needs.iter().any(|it| is_part_of_glibc(&it.name));
        let names = needs.iter().map(|it| it.name.clone());
        let names = names.chain(has_glibc.then(|| LIBC.to_owned()));
        let architecture = self.target.architecture()?;
        let mut providers = lookup::providers(index, names, architecture)?;
        if let Some(known) = providers.get_mut(LIBC) {
            known.extend(lookup::glibcs_beside(report));
        }
        let is_selected = |name: &str| self.selections.iter().any(|it| it.name == name);
        let is_unknown = |need: &&Need| {
            let is_part = is_part_of_glibc(&need.name) && !need.lacking.is_empty();
            let name = if is_part { LIBC } else { &need.name };
            !is_selected(name) && providers.get(name).is_none_or(Vec::is_empty)
        };
        if index.is_none() && needs.iter().any(|it| is_unknown(&it)) {
            let missing = text::missing(&self.target.name(), needs);
            let told = format!("{missing}, and no index says who has that\n{HOW_TO_GET_ONE}");
            return Err(Temporary::new(told).into());
        }
        let earlier: Vec<_> = chosen
            .iter()
            .map(|it| it.choice.candidate.clone())
            .collect();
        let (glibc, glibc_package) = glibc_of(report);
        let store = Store::new(self.nix().ok());
        let mut needs = needs.to_vec();
        loop {
            let choices = choose(
                &needs,
                &Knowledge {
                    providers: &providers,
                    selections: &self.selections,
                    chosen: &earlier,
                    facts: &store,
                    glibc,
                    glibc_package: glibc_package.clone(),
                },
            );
            if let Err(error) = &choices
                && self.may_leave
                && lookup::is_of_system(index, architecture)
                && let Some(place) = error
                    .need()
                    .and_then(|left| needs.iter().position(|it| it.name == left.name))
            {
                self.left.push(Left {
                    name: needs.remove(place).name,
                    reason: lookup::with_absence(error.clone(), index).to_string(),
                });
                continue;
            }
            let name = self.target.name();
            let choices = choices.map_err(|error| lookup::with_absence(error, index));
            let choices = choices.with_context(|| {
                let is_indexed = lookup::is_of_system(index, architecture);
                text::cannot_choose(&name, architecture, is_indexed)
            })?;
            let again = self.again.clone().selecting(&self.selections);
            match self.unclear.settle(&choices, &again)? {
                Some(selection) => self.selections.push(selection),
                None => return Ok(choices),
            }
        }
    }
}

/// The version of the glibc in use, and its package.
fn glibc_of(report: &Report) -> (Option<(u32, u32)>, Option<PathBuf>) {
    let Kind::Dynamic(dynamic) = &report.kind else {
        return (None, None);
    };
    let loader = dynamic.plan.loader.as_ref();
    let package = loader.and_then(|it| lookup::package_of(&it.path));
    (dynamic.glibc, package)
}
