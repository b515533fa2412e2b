//! How much a store path would bring along.

use std::path::Path;

use super::Nix;
use super::command::Messages;

impl Nix {
    /// How many bytes would come into the store from binary caches if a store path were got, with all that it needs;
    /// 0 if all is there. `None` if no cache has it, or Nix does not tell. Nothing is got.
    #[must_use]
    pub fn new_closure(&self, path: &Path) -> Option<u64> {
        let mut command = self.command("nix-store");
        command.args(["--realise", "--dry-run"]).arg(path);
        let outcome = self.run(command, "", Messages::Kept).ok()?;
        if !outcome.is_success() || outcome.messages.contains("don't know how to build") {
            return None;
        }
        match outcome
            .messages
            .lines()
            .find(|it| it.contains("will be fetched"))
        {
            Some(line) => unpacked(line),
            None => path.exists().then_some(0),
        }
    }
}

/// The size in a line such as `these 3 paths will be fetched (1.20 MiB download, 5.61 MiB unpacked):`, in bytes.
fn unpacked(line: &str) -> Option<u64> {
    let words: Vec<_> = line.split([' ', '(', ')', ':']).collect();
    let at = words.iter().position(|&word| word == "unpacked")?;
    let [number, unit] = words.get(at.checked_sub(2)?..at)? else {
        return None;
    };
    let power = ["B", "KiB", "MiB", "GiB", "TiB"]
        .iter()
        .position(|it| it == unit)?;
    let number: f64 = number.parse().ok().filter(|it: &f64| *it >= 0.0)?;
    let bytes = number * 1024f64.powi(i32::try_from(power).ok()?);
    // It is a rounded number anyway; and what is greater than any store becomes the greatest.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    Some(bytes as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unpacked_size_is_read_in_any_unit() {
        for (line, size) in [
            (
                "this path will be fetched (0.00 MiB download, 0.50 MiB unpacked):",
                Some(1 << 19),
            ),
            (
                "these 3 paths will be fetched (1.2 KiB download, 3 GiB unpacked):",
                Some(3 << 30),
            ),
            (
                "these 3 paths will be fetched (1.2 KiB download, 12 B unpacked):",
                Some(12),
            ),
            ("these 3 paths will be fetched:", None),
            (
                "these paths will be fetched (1 MiB download, x MiB unpacked):",
                None,
            ),
            (
                "these paths will be fetched (1 MiB download, -1 MiB unpacked):",
                None,
            ),
            (
                "these paths will be fetched (1 MiB download, 2 miles unpacked):",
                None,
            ),
            ("unpacked", None),
        ] {
            assert_eq!(unpacked(line), size, "{line}");
        }
    }
}
