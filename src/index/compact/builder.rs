//! Making the file of an index.

use std::collections::HashMap;

use anyhow::{Result, ensure};

use super::{
    HAS_VERSIONS, HEADER_SIZE, IS_LINK, Info, MAGIC, SECTIONS, UNKNOWN, VERSION, strings, varint,
};
use crate::index::store_path::Hash;

/// More libraries than this nobody has: nixpkgs has a tenth of it.
const MOST_LIBRARIES: usize = 1 << 22;
/// The same for their texts, in bytes.
const MOST_TEXT: usize = 1 << 28;

/// Collects packages and their libraries: first the libraries, then their package.
#[derive(Debug, Default)]
pub struct Builder {
    names: Interner,
    texts: Interner,
    packages: Vec<Package>,
    /// Those of finished packages.
    postings: Vec<Library>,
    /// Those whose package is not known yet.
    pending: Vec<(Library, Option<Hash>)>,
}

/// A package to be added.
#[derive(Debug, Clone, Copy)]
pub struct NewPackage<'a> {
    /// The hash in the store path.
    pub hash: Hash,
    /// What follows the hash and a dash.
    pub name: &'a str,
    /// An attribute of nixpkgs, if it is known.
    pub attribute: Option<&'a str>,
    /// Its output.
    pub output: &'a str,
    /// Whether these name the store path.
    pub is_top_level: bool,
}

/// Texts are numbered as they come, until all are sorted.
#[derive(Debug)]
struct Package {
    hash: Hash,
    name: u32,
    attribute: Option<u32>,
    output: u32,
    is_top_level: bool,
}

#[derive(Debug, Clone, Copy)]
struct Library {
    name: u32,
    package: u32,
    folder: u32,
    is_link: bool,
    versions: Option<u32>,
}

impl Builder {
    /// Adds a library: its file name, the folder it is in, the hash in the store path that it is a link to
    /// (if it is one), and the versions that it exports (if they are known).
    ///
    /// # Errors
    /// There are too many.
    pub fn add_library(
        &mut self,
        name: &str,
        folder: &str,
        leads_to: Option<Hash>,
        versions: Option<&[String]>,
    ) -> Result<()> {
        ensure!(
            self.postings.len() + self.pending.len() < MOST_LIBRARIES,
            "it has more than {MOST_LIBRARIES} libraries, ten times those of nixpkgs"
        );
        ensure!(
            self.names.bytes + self.texts.bytes < MOST_TEXT,
            "its names are longer than {MOST_TEXT} bytes in all, ten times those of nixpkgs"
        );
        let library = Library {
            name: self.names.number(name),
            package: 0,
            folder: self.texts.number(folder),
            is_link: false,
            versions: versions.map(|it| self.texts.number(&it.join("\n"))),
        };
        self.pending.push((library, leads_to));
        Ok(())
    }

    /// Whether libraries were added since the last package.
    #[must_use]
    pub fn has_pending(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Adds the package that the libraries since the last one belong to.
    pub fn end_package(&mut self, package: &NewPackage<'_>) {
        let number = self.packages.len() as u32;
        for (library, leads_to) in self.pending.drain(..) {
            self.postings.push(Library {
                package: number,
                is_link: leads_to.is_some_and(|hash| hash != package.hash),
                ..library
            });
        }
        self.packages.push(Package {
            hash: package.hash,
            name: self.texts.number(package.name),
            attribute: package.attribute.map(|it| self.texts.number(it)),
            output: self.texts.number(package.output),
            is_top_level: package.is_top_level,
        });
    }

    /// How many libraries have a package.
    #[must_use]
    pub fn libraries(&self) -> usize {
        self.postings.len()
    }

    /// How many packages there are.
    #[must_use]
    pub fn packages(&self) -> usize {
        self.packages.len()
    }

    /// The bytes of the file.
    ///
    /// # Errors
    /// It would be larger than its numbers can say, 4 GiB.
    pub fn finish(mut self, info: &Info) -> Result<Vec<u8>> {
        let (names, name_numbers) = self.names.sorted();
        let (texts, text_numbers) = self.texts.sorted();
        let text = |number: u32| text_numbers[number as usize];

        let mut packages = Vec::new();
        for package in &self.packages {
            packages.extend(package.hash);
            let attribute = package.attribute.map_or(UNKNOWN, text);
            for number in [text(package.name), attribute, text(package.output)] {
                packages.extend(number.to_le_bytes());
            }
            packages.push(package.is_top_level.into());
        }

        for library in &mut self.postings {
            library.name = name_numbers[library.name as usize];
        }
        self.postings
            .sort_unstable_by_key(|it| (it.name, it.package, text(it.folder)));
        let mut lists = Vec::new();
        let mut postings = Vec::new();
        for list in self.postings.chunk_by(|a, b| a.name == b.name) {
            lists.extend((postings.len() as u32).to_le_bytes());
            let mut before = 0;
            for library in list {
                varint::write(&mut postings, library.package - before);
                before = library.package;
                let link = if library.is_link { IS_LINK } else { 0 };
                let versions = library.versions.map_or(0, |_| HAS_VERSIONS);
                varint::write(&mut postings, text(library.folder) << 2 | versions | link);
                if let Some(versions) = library.versions {
                    varint::write(&mut postings, text(versions));
                }
            }
        }
        lists.extend((postings.len() as u32).to_le_bytes());

        let info = serde_json::to_vec(info)?;
        let (names, texts) = (strings::table(&names), strings::table(&texts));
        file([info, names, texts, packages, lists, postings])
    }
}

fn file(sections: [Vec<u8>; SECTIONS]) -> Result<Vec<u8>> {
    let mut bytes = [&MAGIC[..], &VERSION.to_le_bytes()].concat();
    let mut offset = HEADER_SIZE;
    for section in &sections {
        ensure!(
            u32::try_from(offset + section.len()).is_ok(),
            "the index would be larger than 4 GiB"
        );
        bytes.extend((offset as u32).to_le_bytes());
        bytes.extend((section.len() as u32).to_le_bytes());
        offset += section.len();
    }
    for section in sections {
        bytes.extend(section);
    }
    Ok(bytes)
}

/// Numbers for texts, each text once.
#[derive(Debug, Default)]
struct Interner {
    numbers: HashMap<Box<str>, u32>,
    /// How long the texts are together.
    bytes: usize,
}

impl Interner {
    fn number(&mut self, text: &str) -> u32 {
        if let Some(&number) = self.numbers.get(text) {
            return number;
        }
        let number = self.numbers.len() as u32;
        self.numbers.insert(text.into(), number);
        self.bytes += text.len();
        number
    }

    /// The texts in order, and for each number so far the place in that order.
    fn sorted(self) -> (Vec<Box<str>>, Vec<u32>) {
        let mut texts: Vec<_> = self.numbers.into_iter().collect();
        texts.sort_unstable();
        let mut numbers = vec![0; texts.len()];
        for (place, (_, number)) in texts.iter().enumerate() {
            numbers[*number as usize] = place as u32;
        }
        (texts.into_iter().map(|(text, _)| text).collect(), numbers)
    }
}
