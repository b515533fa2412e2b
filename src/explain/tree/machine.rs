//! For whom a file is, as seen from this machine.

use std::path::Path;

use anyhow::Result;
use loader_stub::c_library::CLibrary;

use crate::elf::{Architecture, Elsewhere, Image, elsewhere, identify};
use crate::explain::{Plan, Settings};
use crate::resolver::map_file;

/// Whose programs are started here.
#[derive(Debug)]
pub(super) struct Machine {
    /// The architectures whose programs and libraries get a loader.
    ours: Vec<&'static Architecture>,
}

impl Machine {
    /// An architecture counts if it is that of the stub that is named, or this machine's, or there is a loader for it.
    pub fn new(settings: &Settings) -> Result<Self> {
        let of_stub = match &settings.stub {
            Some(stub) => identify(stub).ok(),
            None => None,
        };
        let is_ours = |architecture: &&'static Architecture| {
            let is_own = match &of_stub {
                Some(identity) => architecture.matches(identity),
                None => architecture.is_of_this_machine(),
            };
            let plan = || Plan::of_the_stub(architecture, CLibrary::Glibc, false, None, settings);
            is_own || plan().is_ok_and(|it| it.loader.is_some())
        };
        Ok(Self {
            ours: Architecture::ALL.into_iter().filter(is_ours).collect(),
        })
    }

    /// For whom the file at `path` is, if that is nobody here.
    pub fn is_for_others(&self, path: &Path) -> Result<Option<Elsewhere>> {
        let bytes = map_file(path)?;
        if let Some(whom) = elsewhere(&bytes) {
            return Ok(Some(whom));
        }
        // What is damaged is said of it by its report.
        let Ok(image) = Image::parse(&bytes) else {
            return Ok(None);
        };
        let is_ours = Architecture::of(&image.identity).is_none_or(|it| {
            self.ours.contains(&it) || image.interpreter().is_some() && is_run_by_kernel(it)
        });
        Ok((!is_ours).then_some(Elsewhere::Machine(image.identity)))
    }
}

/// Whether this machine's kernel starts programs of an architecture beside its own: those of 32 bits.
fn is_run_by_kernel(architecture: &Architecture) -> bool {
    *architecture == *Architecture::I686 && Architecture::X86_64.is_of_this_machine()
}
