//! What the stub would decide here: with the variables of this environment, and without any, as for services.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use loader_stub::c_library::CLibrary;
use loader_stub::plan::single_directory;

use super::Reader;
use super::finding::Finding;
use super::machine::Runs;
use crate::elf::Architecture;
use crate::explain::{How, Plan, Settings};
use crate::library_env::{CACHE_NAME, original_loader};

/// The plans for programs of this machine.
pub(super) struct Plans {
    /// For programs that are started here.
    pub(super) here: Result<Plan, String>,
    /// For programs that are started with no variable of ours.
    pub(super) elsewhere: Result<Plan, String>,
}

impl Plans {
    /// Asks the stub's code.
    pub(super) fn of(machine: &[(&'static Architecture, Runs)], settings: &Settings) -> Self {
        let plan = |settings: &Settings| {
            let (architecture, _) = machine.first().ok_or("this machine has no stub")?;
            Plan::of_the_stub(architecture, CLibrary::Glibc, false, None, settings)
                .map_err(|error| format!("{error:#}"))
        };
        let is_ours = |name: &str| name.starts_with("NIX_LD") || name == "LD_LIBRARY_PATH";
        let mut elsewhere = settings.clone();
        elsewhere
            .environment
            .retain(|(name, _)| !name.to_str().is_some_and(is_ours));
        Self {
            here: plan(settings),
            elsewhere: plan(&elsewhere),
        }
    }

    /// Judges them. Where no stub of ldshim is, nothing of this matters to programs.
    pub(super) fn check(&self, reader: Reader) -> Vec<Finding> {
        let plan = match &self.here {
            Ok(plan) => plan,
            Err(error) => {
                let advice = "Name a stub of ldshim in LDSHIM_STUB, or: unset LDSHIM_STUB";
                return vec![Finding::problem("stub-named-wrongly", error, advice)];
            }
        };
        if reader != Reader::Stub {
            let seen =
                "ldshim's stub is not where programs look for their loader, and decides nothing";
            return vec![Finding::info("no-plan", seen, "")];
        }
        let mut findings = vec![loader(plan)];
        if plan.loader.is_some() {
            findings.push(libraries(plan));
        }
        findings.extend(self.sessions(plan));
        findings
    }

    /// Whether programs get something else without variables.
    fn sessions(&self, here: &Plan) -> Option<Finding> {
        let elsewhere = self.elsewhere.as_ref().ok()?;
        let loader = |plan: &Plan| {
            plan.loader
                .as_ref()
                .map(|it| original_loader(&it.path).ok())
        };
        let libraries = |plan: &Plan| {
            plan.libraries
                .as_ref()
                .map(|it| it.path.canonicalize().ok())
        };
        if loader(here).is_some() && loader(elsewhere).is_none() {
            return Some(Finding::warning(
                "only-in-sessions",
                "without the variables of this session there is no loader: services, cron jobs and commands over ssh cannot run \
                 foreign programs",
                "Bake the paths into the stub: on NixOS, ldshim's module does; else `ldshim stub configure`. Or set NIX_LD and \
                 NIX_LD_LIBRARY_PATH for those services.",
            ));
        }
        let described = |plan: &Plan| match &plan.libraries {
            Some(libraries) => format!(
                "those in {} (from {})",
                libraries.path.display(),
                libraries.from
            ),
            None => "no libraries".to_owned(),
        };
        let differs = loader(here) != loader(elsewhere) || libraries(here) != libraries(elsewhere);
        (differs && elsewhere.loader.is_some()).then(|| {
            Finding::info(
                "other-in-services",
                format!(
                    "the variables of this session count in it only: services, cron jobs and commands over ssh get {}",
                    described(elsewhere)
                ),
                "",
            )
        })
    }
}

fn loader(plan: &Plan) -> Finding {
    let Some(loader) = &plan.loader else {
        let tried = plan.refused.iter().map(|it| {
            let path = it.choice.path.display();
            format!("{path} (from {}): {}", it.choice.from, it.reason)
        });
        let tried = tried.collect::<Vec<_>>().join("; ");
        return Finding::problem(
            "no-real-loader",
            format!("the stub finds no real loader: {tried}"),
            "Name one: programs.nix-ld.enable = true; on NixOS, else NIX_LD, or `ldshim stub configure --loader`.",
        );
    };
    let seen = format!("loader {} (from {})", loader.path.display(), loader.from);
    Finding::ok("loader", seen)
}

fn libraries(plan: &Plan) -> Finding {
    let Some(libraries) = &plan.libraries else {
        return Finding::warning(
            "no-libraries",
            "no library environment is named or found: programs find glibc's libraries and what they bring along",
            "Name one: NIX_LD_LIBRARY_PATH, or `ldshim stub configure --library-dir`; programs.nix-ld.libraries on NixOS.",
        );
    };
    let seen = format!(
        "libraries in {} (from {})",
        libraries.path.display(),
        libraries.from
    );
    match plan.how {
        How::Cache => Finding::ok("libraries", format!("{seen}, by the loader's cache")),
        _ => Finding::info(
            "no-cache",
            format!("{seen}, by the loader's LD_LIBRARY_PATH"),
            if has_cache(&libraries.path) {
                "They come before those that a program brings along. There is a cache, but the loader has no room for its path: \
                 have `ldshim env build` prepare one, or use a shorter path."
            } else {
                "They come before those that a program brings along, and each start searches them. A library environment with \
                 a cache does neither: ldshim env build --out DIR --loader LOADER PATH"
            },
        ),
    }
}

fn has_cache(libraries: &Path) -> bool {
    let directory = single_directory(libraries.as_os_str().as_bytes(), CLibrary::Glibc);
    directory.is_some_and(|it| Path::new(OsStr::from_bytes(it)).join(CACHE_NAME).exists())
}
