//! The commands of a page with what they print, and the page written anew.

use std::fs;
use std::path::PathBuf;

/// A page that is being compared, or written.
pub struct Page {
    path: PathBuf,
    text: String,
}

impl Page {
    pub fn read(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name);
        let text = fs::read_to_string(&path).expect("a page");
        Self { path, text }
    }

    /// What the page shows as printed by this command: what stands below it, up to the next command or the end of the block.
    pub fn output(&self, command: &str) -> String {
        let (from, to) = self.place(command);
        self.text[from..to].to_owned()
    }

    fn place(&self, command: &str) -> (usize, usize) {
        let line = format!("\n$ {command}\n");
        let at = self.text.find(&line);
        let from = at.unwrap_or_else(|| panic!("{} does not show: {command}", self.path.display()));
        let from = from + line.len();
        let rest = &self.text[from..];
        let ends = ["```", "\n\n$ ", "\n$ "].map(|end| rest.find(end));
        let end = ends
            .into_iter()
            .flatten()
            .min()
            .expect("the end of the block");
        (from, from + end)
    }

    /// Has the page show this.
    pub fn write(&mut self, command: &str, output: &str) {
        let (from, to) = self.place(command);
        let is_last = self.text[to..].starts_with("```");
        let output = output.trim_end();
        let output = if is_last && !output.is_empty() {
            format!("{output}\n")
        } else {
            output.to_owned()
        };
        self.text.replace_range(from..to, &output);
        fs::write(&self.path, &self.text).expect("a page");
    }
}
