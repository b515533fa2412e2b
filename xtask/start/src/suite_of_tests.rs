//! Which system the tests can run on: their store and their programs are packages of Debian 12.

use std::fs;

use anyhow::{Result, bail};

/// Its code name.
const SUITE: &str = "bookworm";

/// Sees to it that this is Debian 12.
///
/// # Errors
/// It is another system: the message's first line says which, and what is missing there.
pub fn ensure(task: &str) -> Result<()> {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    match refusal(task, &release) {
        Some(text) => bail!(text),
        None => Ok(()),
    }
}

/// Why the tests cannot run on the system with this `/etc/os-release` (`os-release(5)`).
fn refusal(task: &str, release: &str) -> Option<String> {
    let field = |name: &str| {
        let line = release
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        line.map(|value| value.trim_matches('"'))
    };
    if field("ID") == Some("debian") && field("VERSION_CODENAME") == Some(SUITE) {
        return None;
    }
    let system = field("PRETTY_NAME").unwrap_or("another system");
    Some(format!(
        "`cargo xtask {task}` needs Debian 12 ({SUITE}), and this is {system}, whose packages lack Linux 6.1, \
         Python 3.11, libssl3 and libbinutils 2.40, of which the tests are made\n\
         Run it in a container or a chroot of Debian 12. `cargo xtask demo` and `cargo test --lib` run here."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOOKWORM: &str =
        "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nVERSION_CODENAME=bookworm\nID=debian\n";

    #[test]
    fn debian_12_will_do() {
        assert_eq!(refusal("test", BOOKWORM), None);
    }

    #[test]
    fn another_system_is_named_in_the_first_line() {
        let trixie = BOOKWORM.replace("12", "13").replace("bookworm", "trixie");
        for (release, name) in [
            (trixie.as_str(), "Debian GNU/Linux 13 (trixie)"),
            ("", "another system"),
        ] {
            let text = refusal("test", release).expect("it is not Debian 12");
            let first = text.lines().next().expect("a line");
            assert!(first.contains(name) && first.contains("lack"), "{text}");
        }
    }
}
