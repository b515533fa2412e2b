//! A folder of small libraries, about which loader and resolver are asked.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::answer::{Answer, compare};
use crate::elf_file::ElfFile;
use crate::truth::{Environment, host_loader};

/// A folder. In texts, `@` stands for its path.
pub struct Case {
    folder: TempDir,
}

impl Case {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    /// The path of a file in the folder.
    pub fn path(&self, path: &str) -> PathBuf {
        let folder = self.folder.path().canonicalize().expect("it exists");
        folder.join(path)
    }

    /// A text with the folder's path in it.
    pub fn text(&self, text: &str) -> String {
        let folder = self.path("");
        let folder = folder.to_str().expect("it is UTF-8");
        text.replace('@', folder.trim_end_matches('/'))
    }

    /// Writes a file, and the folders above it.
    pub fn file(&self, path: &str, bytes: impl AsRef<[u8]>) -> &Self {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        fs::write(path, bytes).expect("a file");
        self
    }

    /// Writes a library.
    pub fn elf(&self, path: &str, file: ElfFile) -> &Self {
        self.file(path, file.bytes())
    }

    /// Writes libraries without anything.
    pub fn plain(&self, paths: &[&str]) -> &Self {
        for path in paths {
            self.elf(path, ElfFile::new());
        }
        self
    }

    pub fn link(&self, path: &str, target: &str) -> &Self {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        std::os::unix::fs::symlink(self.text(target), path).expect("a link");
        self
    }

    /// What both say about `main`, without any setting.
    #[track_caller]
    pub fn agreed(&self) -> Agreed {
        self.agreed_with(|environment| environment)
    }

    /// What both say with an LD_LIBRARY_PATH.
    #[track_caller]
    pub fn agreed_with_library_path(&self, list: &str) -> Agreed {
        self.agreed_with(|environment| environment.library_path(self.text(list)))
    }

    /// What both say in some environment.
    #[track_caller]
    pub fn agreed_with(&self, change: impl FnOnce(Environment) -> Environment) -> Agreed {
        let environment = change(Environment::new(&host_loader()));
        let main = self.path("main");
        let truth = environment.truth(&main);
        let ours = environment.ours().answer(&main).expect("it is an ELF file");
        assert!(ours == truth, "{}", compare(&ours, &truth));
        Agreed {
            answer: truth,
            folder: self.path(""),
        }
    }
}

/// What loader and resolver agree on.
pub struct Agreed {
    pub answer: Answer,
    folder: PathBuf,
}

impl Agreed {
    /// Asserts where libraries are, relative to the folder; `-` is for one that is missing.
    #[track_caller]
    pub fn is(&self, expected: &[(&str, &str)]) {
        let text = |path: &Option<String>| match path {
            Some(path) => {
                let path = Path::new(path);
                let path = path.strip_prefix(&self.folder).unwrap_or(path);
                path.display().to_string()
            }
            None => "-".to_owned(),
        };
        let found = self.answer.libraries.iter();
        let found: Vec<_> = found
            .map(|(name, path)| (name.clone(), text(path)))
            .collect();
        let found: Vec<_> = found
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        assert_eq!(found, expected, "{:?}", self.answer.failure);
    }

    /// Asserts that the loader gives up.
    #[track_caller]
    pub fn fails(&self, message: &str) {
        let failure = self.answer.failure.as_deref().unwrap_or("it does not");
        assert!(failure.ends_with(message), "{failure}");
    }
}
