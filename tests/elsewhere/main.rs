//! Bundles on other distributions: real programs of a Nix store, bundled, in real roots that have no Nix.
//!
//! `cargo xtask fetch` gets both. Each program does a real job in each root, one program is started in each root in all odd
//! ways, and a package of Debian is installed by the dpkg of each Debian. `LDSHIM_TEST_BUNDLES=all` tries the large programs as
//! well, as `cargo xtask test bundles` does.

mod bundles;
mod checks;
#[path = "../common/mod.rs"]
#[expect(dead_code, unused_imports, reason = "other tests need more of it")]
mod common;
#[path = "../programs/fetched.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod fetched;
mod jobs;
mod large_jobs;
mod packages;
mod place;
mod programs;
mod roots;
mod screen;
mod starts;
mod tls_server;

use libtest_mimic::{Arguments, Trial};

use checks::CHECKS;
use packages::RELEASES;
use place::Place;
use programs::PROGRAMS;
use roots::ROOTS;
use starts::STARTS;

fn main() {
    let with_large = std::env::var("LDSHIM_TEST_BUNDLES").is_ok_and(|it| it == "all");
    let mut trials = Vec::new();
    for root in ROOTS {
        for program in PROGRAMS.iter().filter(|it| with_large || !it.is_large) {
            trials.push(Trial::test(
                format!("{}::{}", program.name, root.name),
                move || {
                    (program.job)(&Place::new(root, program));
                    Ok(())
                },
            ));
        }
        for (name, start) in STARTS {
            trials.push(Trial::test(format!("{name}::{}", root.name), move || {
                start(&Place::new(root, programs::shell()));
                Ok(())
            }));
        }
    }
    for (release, suite) in RELEASES {
        trials.push(Trial::test(format!("package::{release}"), move || {
            packages::is_installed_upgraded_and_purged(suite);
            Ok(())
        }));
    }
    for (name, check) in CHECKS {
        trials.push(Trial::test(*name, move || {
            check();
            Ok(())
        }));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
