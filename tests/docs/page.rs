//! Pages of the documentation, and the blocks of code in them.

use std::fs;
use std::path::{Path, PathBuf};

/// A page.
pub struct Page {
    /// Its path in the repository.
    pub path: PathBuf,
    /// Its text without blocks of code.
    pub text: String,
    /// Its blocks of code.
    pub blocks: Vec<Block>,
}

/// A block of code.
pub struct Block {
    /// What stands behind the three backquotes.
    pub language: String,
    /// Its lines.
    pub text: String,
    /// The line of the page at which it begins, from 1.
    pub line: usize,
}

/// The folder of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// README.md, those beside it, and those of `docs/`.
pub fn pages() -> Vec<Page> {
    let mut paths = Vec::new();
    for folder in [root().to_owned(), root().join("docs")] {
        let entries = fs::read_dir(folder).expect("a folder");
        paths.extend(entries.map(|entry| entry.expect("an entry").path()));
    }
    paths.retain(|path| path.extension() == Some("md".as_ref()));
    paths.sort();
    paths.into_iter().map(page).collect()
}

fn page(path: PathBuf) -> Page {
    let whole = fs::read_to_string(&path).expect("a page");
    let mut page = Page {
        path: path.strip_prefix(root()).expect("a path").to_owned(),
        text: String::new(),
        blocks: Vec::new(),
    };
    let mut lines = whole.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(language) = line.trim_start().strip_prefix("```") else {
            page.text += line;
            page.text.push('\n');
            continue;
        };
        let inside = lines.by_ref().map(|(_, line)| line);
        let inside = inside.take_while(|line| !line.trim_start().starts_with("```"));
        page.blocks.push(Block {
            language: language.to_owned(),
            text: inside.collect::<Vec<_>>().join("\n"),
            line: number + 1,
        });
    }
    page
}
