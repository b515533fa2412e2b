//! Names that `bundle.json` cannot have: JSON has no others than those in UTF-8, and control characters would garble lists.

use std::path::Path;

use anyhow::{Result, bail};

use super::{BIN, Contents, Item, Make};
use crate::bundle::read::is_inside;
use crate::printable::Shown as _;

impl Contents {
    /// Leaves out what a reader of `bundle.json` would refuse, and says so of each.
    ///
    /// # Errors
    /// It is a program that was asked for.
    pub(super) fn drop_unlisted(&mut self) -> Result<()> {
        for program in &self.programs {
            if !is_inside(&program.place) || !is_inside(&Path::new(BIN).join(&program.name)) {
                bail!(
                    "{} cannot be bundled: its name is not UTF-8 or has control characters; rename it",
                    shown(&program.file)
                );
            }
        }
        let problems = &mut self.problems;
        self.items.retain(|place, item| {
            let is_listed = is_listed(place, item);
            if !is_listed {
                let path = item.source.as_deref().unwrap_or(place);
                problems.push(format!(
                    "{} is left out: its name is not UTF-8 or has control characters",
                    shown(path)
                ));
            }
            is_listed
        });
        Ok(())
    }
}

fn is_listed(place: &Path, item: &Item) -> bool {
    let leads = match &item.make {
        Make::Link(target) => target.to_str().is_some(),
        _ => true,
    };
    leads && is_inside(place)
}

fn shown(path: &Path) -> String {
    path.shown()
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use super::super::Wanted;
    use super::*;

    fn with_items(places: &[&[u8]]) -> Contents {
        let mut contents = Contents::default();
        for place in places {
            let item = Item {
                source: Some(Path::new("/").join(OsStr::from_bytes(place))),
                why: String::new(),
                make: Make::Copy,
            };
            let place = OsStr::from_bytes(place).into();
            contents.items.insert(place, item);
        }
        contents
    }

    #[test]
    fn names_that_a_list_cannot_have_are_left_out_and_named() {
        let mut contents =
            with_items(&[b"root/caf\xe9", b"root/a\nb", "root/caf\u{e9}".as_bytes()]);
        contents.finish().unwrap();
        let places: Vec<_> = contents.items.keys().collect();
        assert_eq!(places, [Path::new("root/caf\u{e9}")]);
        let why = "is left out: its name is not UTF-8 or has control characters";
        let said = ["/root/a\u{fffd}b", "/root/caf\u{fffd}"].map(|it| format!("{it} {why}"));
        assert_eq!(contents.problems, said);
    }

    #[test]
    fn a_link_to_such_a_name_is_left_out() {
        let mut contents = with_items(&[b"root/link", b"root/other"]);
        for (place, target) in [("root/link", &b"caf\xe9"[..]), ("root/other", &b"link"[..])] {
            let item = contents.items.get_mut(Path::new(place)).unwrap();
            item.make = Make::Link(OsStr::from_bytes(target).into());
        }
        contents.finish().unwrap();
        let places: Vec<_> = contents.items.keys().collect();
        assert_eq!(places, [Path::new("root/other")]);
    }

    #[test]
    fn a_program_with_such_a_name_is_an_error_that_names_it() {
        for (name, is_right) in [
            (&b"caf\xe9"[..], false),
            (&b"a\tb"[..], false),
            (&b"cafe"[..], true),
        ] {
            let mut contents = with_items(&[]);
            let name = OsStr::from_bytes(name);
            contents.programs.push(Wanted {
                name: "name".into(),
                place: Path::new("root").join(name),
                file: Path::new("/").join(name),
                asked: Path::new("/").join(name),
            });
            let result = contents.finish().map_err(|it| it.to_string());
            let shown = shown(&Path::new("/").join(name));
            let is_named = |it: &str| it.starts_with(&format!("{shown} cannot be bundled"));
            assert_eq!(
                result.as_ref().is_err_and(|it| is_named(it)),
                !is_right,
                "{result:?}"
            );
        }
    }
}
