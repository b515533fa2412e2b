//! A program that asks the kernel for its own path (proc_pid_exe(5)) finds its data from there. The data of its package goes along
//! then, for it is at the same place from the program in the bundle.

use super::super::folder::{is_for_others, take};
use super::super::need::Needs;
use super::{Given, package};

/// Programs that stand beside it are for others to ask for.
const PROGRAMS: [&str; 2] = ["bin", "sbin"];

pub(super) fn apply(given: &Given<'_>, needs: &mut Needs) {
    for program in &given.programs {
        let seen = given.seen.iter().find(|it| it.path == **program);
        let asks = |bytes: &[u8]| memchr::memmem::find(bytes, b"/proc/self/exe").is_some();
        let Some(package) = seen
            .filter(|it| asks(it.bytes()))
            .and_then(|it| package(&it.path))
        else {
            continue;
        };
        let why = format!(
            "beside {}, which looks from its own path",
            program.display()
        );
        take(needs, &package, &why, &|it| {
            let below = it.strip_prefix(&package).unwrap_or(it);
            !is_for_others(below) && !PROGRAMS.iter().any(|it| below.starts_with(it))
        });
    }
}
