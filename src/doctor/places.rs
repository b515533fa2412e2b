//! Whether there is a stub where programs look for their loader, and whose.

use std::path::Path;

use loader_stub::c_library::CLibrary;

use super::finding::{Finding, Level};
use super::machine::Runs;
use super::occupant::Occupant;
use crate::elf::Architecture;
use crate::stub_file::StubFile;

/// A loader's place: for which programs it is, and what they miss if there is nothing.
struct Place {
    path: &'static Path,
    architecture: &'static Architecture,
    runs: Runs,
    c_library: CLibrary,
}

/// Looks at the places of all architectures that run here, for both C libraries.
pub(super) fn check(machine: &[(&'static Architecture, Runs)]) -> Vec<Finding> {
    let places = machine.iter().flat_map(|&(architecture, runs)| {
        let place = |path, c_library| Place {
            path: Path::new(path),
            architecture,
            runs,
            c_library,
        };
        [
            place(architecture.loader_path, CLibrary::Glibc),
            place(architecture.musl_loader_path, CLibrary::Musl),
        ]
    });
    places.flat_map(|place| place.check()).collect()
}

impl Place {
    fn check(&self) -> Vec<Finding> {
        let occupant = Occupant::of(self.path, self.architecture);
        if let Occupant::Stub(stub) = occupant {
            return self.with_stub(&stub);
        }
        self.without_stub(occupant).into_iter().collect()
    }

    /// Whether this is the place that nearly every foreign program asks for.
    fn is_main(&self) -> bool {
        self.runs == Runs::Natively && self.c_library == CLibrary::Glibc
    }

    /// A problem at the main place; elsewhere a warning, for most programs run.
    fn broken(&self) -> Level {
        if self.is_main() {
            Level::Problem
        } else {
            Level::Warning
        }
    }

    fn path(&self) -> String {
        self.path.display().to_string()
    }

    fn with_stub(&self, stub: &StubFile) -> Vec<Finding> {
        let path = self.path();
        let mut findings = vec![Finding::ok("stub", format!("{path} is ldshim's stub"))];
        let Ok(baked) = stub.baked(self.c_library) else {
            return findings;
        };
        let advice = "The stub falls back on other places. Switch to the system again, or configure a stub with paths that \
                      are there: `ldshim stub configure`.";
        for (what, text) in [
            ("loader", baked.loader),
            ("library directory", baked.library_dir),
        ] {
            let Some(baked) = text.and_then(|it| it.to_str().ok()) else {
                continue;
            };
            if !Path::new(baked).exists() {
                let seen = format!("the {what} that is baked into {path} is gone: {baked}");
                findings.push(Finding::new("baked-path-gone", self.broken(), seen, advice));
            }
        }
        findings
    }

    fn without_stub(&self, occupant: Occupant) -> Option<Finding> {
        let path = self.path();
        let finding = match occupant {
            Occupant::Stub(_) => return None,
            Occupant::Nothing => return self.empty(),
            Occupant::Dangling(target) => Finding::new(
                "stub-dangling",
                self.broken(),
                format!("{path} leads nowhere: to {}", target.display()),
                "What it led to was removed, by garbage collection for instance. Switch to the system again \
                 (`nixos-rebuild switch`), or install a stub there.",
            ),
            Occupant::Unusable(reason) => Finding::new(
                "stub-unusable",
                self.broken(),
                format!("{path} cannot be used: {reason}"),
                "The file and the folders above it have to be readable and executable for everybody, on a file system that \
                 is not mounted with noexec.",
            ),
            Occupant::NoLoader(what) => Finding::new(
                "no-loader",
                self.broken(),
                format!(
                    "{path} is no loader for {} programs: {what}",
                    self.architecture
                ),
                "Put a stub of ldshim for this architecture there; on NixOS: programs.nix-ld.enable = true;",
            ),
            Occupant::DamagedStub(what) => Finding::new(
                "stub-damaged",
                self.broken(),
                format!("{path} is a stub of ldshim that cannot be read: {what}"),
                "It was damaged, or is of a later version than this ldshim. Install both anew, of one version; on NixOS: nixos-rebuild \
                 switch",
            ),
            Occupant::StubLd => Finding::new(
                "stub-ld",
                if self.is_main() {
                    Level::Problem
                } else {
                    Level::Info
                },
                format!("{path} is NixOS's stub-ld, which prints a message and starts nothing"),
                self.how_to_enable(),
            ),
            Occupant::NixLd(version) => Finding::warning(
                "nix-ld",
                format!("{path} is nix-ld {version}.x, not ldshim's stub"),
                "Foreign programs run by its rules: libraries by LD_LIBRARY_PATH, no pins. docs/migrating.md says how to let \
                 ldshim take its place.",
            ),
            Occupant::Loader { c_library, version } => {
                let name = match (c_library, version) {
                    (CLibrary::Musl, _) => "musl's own loader".to_owned(),
                    (CLibrary::Glibc, None) => "glibc's own loader".to_owned(),
                    (CLibrary::Glibc, Some((major, minor))) => {
                        format!("the loader of glibc {major}.{minor}")
                    }
                };
                let seen = format!("{path} is {name}: these programs run without ldshim");
                Finding::ok("own-loader", seen)
            }
            Occupant::Unknown => Finding::new(
                "unknown-loader",
                if self.is_main() {
                    Level::Warning
                } else {
                    Level::Info
                },
                format!("{path} is neither ldshim's stub nor any loader that ldshim knows"),
                "What foreign programs do is up to it.",
            ),
        };
        Some(finding)
    }

    /// Of places that few systems have, it is no news that they are empty.
    fn empty(&self) -> Option<Finding> {
        let path = self.path();
        let what = match (self.c_library, self.runs) {
            (CLibrary::Glibc, Runs::Natively) => {
                let seen = format!("nothing is at {path}: foreign programs do not start");
                return Some(Finding::problem("no-stub", seen, self.how_to_enable()));
            }
            (CLibrary::Glibc, Runs::As32Bit) => "32-bit programs".to_owned(),
            (CLibrary::Glibc, Runs::Emulated) => format!("programs for {}", self.architecture),
            (CLibrary::Musl, Runs::Natively) => "programs of musl".to_owned(),
            (CLibrary::Musl, _) => return None,
        };
        let seen = format!("nothing is at {path}: {what} do not start");
        Some(Finding::info("no-stub", seen, self.how_to_enable()))
    }

    fn how_to_enable(&self) -> &'static str {
        match (self.c_library, self.runs) {
            (CLibrary::Glibc, Runs::Natively) => {
                "On NixOS: programs.nix-ld.enable = true; with ldshim's module. Elsewhere: install the stub there. `ldshim run PROGRAM` \
                 starts one without that."
            }
            (CLibrary::Glibc, Runs::As32Bit) => {
                "If you need them: programs.nix-ld.enable32Bit = true; or install a stub for i686 there."
            }
            (CLibrary::Glibc, Runs::Emulated) => {
                "If you need them: add the system to programs.nix-ld.emulatedSystems, or install a stub for it there."
            }
            (CLibrary::Musl, _) => {
                "If you need them: programs.nix-ld.musl.enable = true; or install the stub there as well."
            }
        }
    }
}
