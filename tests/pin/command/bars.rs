//! What is shown while packages come.

use super::ground::Ground;
use crate::common::Ran;
use crate::nix;
use crate::terminal::screen;

pub fn a_bar_is_shown_while_packages_come_on_a_terminal_only() {
    let ground = Ground::new();
    let path = format!("/lib/{}", ground.soname("a"));
    for is_terminal in [true, false] {
        let program = ground.program("program", &["a"]);
        let package = ground.package(&format!("p{is_terminal}"), "a", 11);
        nix::copy_to_cache(&package);
        nix::delete(&package).expect("nobody needs it");
        ground.import(&[("set.p", &package, &path)]);
        let mut command = ground.command(&["pin", "./program"]);
        let said = match is_terminal {
            true => screen(&mut command, 80),
            false => Ran::of(&mut command).succeeded().stderr,
        };
        assert_eq!(said.contains("getting packages ["), is_terminal, "{said}");
        ground.prints(&program, &[11]);
        Ran::of(&mut ground.command(&["unpin", "./program"])).succeeded();
    }
}
