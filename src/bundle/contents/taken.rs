//! What rules, texts and runs say that a program needs, as contents of a bundle.

use std::path::Path;

use anyhow::{Context, Result};

use super::{Contents, Item, Make};
use crate::bundle::needs::{Need, Needs};
use crate::bundle::place::place;
use crate::printable::Shown as _;

impl Contents {
    /// Takes along what is needed. Settings are not made yet: see [`Self::set`].
    ///
    /// # Errors
    /// Something of it cannot be read.
    pub fn take(&mut self, needs: &Needs) -> Result<()> {
        for need in needs.files.values() {
            self.take_file(need).with_context(|| {
                format!("cannot take {} along: {}", need.source.display(), need.why)
            })?;
        }
        for library in &needs.libraries {
            self.add_library(&library.source, &library.why)
                .with_context(|| format!("cannot take {} along", library.source.display()))?;
        }
        self.rewrites.clone_from(&needs.rewrites);
        self.problems_of_needs = (needs.problems.iter())
            .map(|it| {
                let file = it.file.shown();
                format!("{file}: {}; {}", it.what, it.remedy)
            })
            .collect();
        Ok(())
    }

    fn take_file(&mut self, need: &Need) -> Result<()> {
        if let Some(content) = &need.content {
            let item = Item {
                source: Some(need.source.clone()),
                why: need.why.clone(),
                make: Make::Bytes(content.clone()),
            };
            self.items.insert(need.place.clone(), item);
            return Ok(());
        }
        if need.place == place(&need.source) {
            return self.add_path(&need.source, &need.why).map(drop);
        }
        let item = Item {
            source: Some(need.source.clone()),
            why: need.why.clone(),
            make: Make::Copy,
        };
        self.items.entry(need.place.clone()).or_insert(item);
        Ok(())
    }

    /// Takes along what a run has opened. What cannot be read any more is left out.
    pub fn take_opened(&mut self, path: &Path, why: &str) {
        if let Err(error) = self.add_path(path, why) {
            let path = path.shown();
            self.problems.push(format!("{path} is left out: {error:#}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_out_is_still_said_when_needs_are_taken() {
        let mut contents = Contents::default();
        contents.take_opened(Path::new("/not/there"), "opened");
        contents.take(&Needs::default()).unwrap();
        contents.finish().unwrap();
        let [problem] = &contents.problems[..] else {
            panic!("{:?}", contents.problems);
        };
        assert!(problem.starts_with("/not/there is left out"), "{problem}");
    }
}
