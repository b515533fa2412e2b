//! Writes databases of nix-index, as its format is described in `src/index/nix_index/`.

use std::io::{self, Write};

use serde_json::json;
use zstd::Encoder;

/// A database that is being written.
pub struct Database<W: Write> {
    stream: Encoder<'static, W>,
}

/// A store path for a database.
pub struct Package<'a> {
    pub store: &'a str,
    /// 32 digits
    pub hash: &'a str,
    pub name: &'a str,
    pub attribute: &'a str,
    pub output: &'a str,
    pub is_top_level: bool,
    pub system: &'a str,
}

impl<'a> Package<'a> {
    /// An attribute's output, its hash made of 32 times the same digit.
    pub fn new(digit: char, attribute: &'a str, name: &'a str) -> Self {
        let hash = digit.to_string().repeat(32);
        Self {
            store: "/nix/store",
            hash: hash.leak(),
            name,
            attribute,
            output: "out",
            is_top_level: true,
            system: "x86_64-linux",
        }
    }

    pub fn store_path(&self) -> String {
        format!("{}/{}-{}", self.store, self.hash, self.name)
    }
}

impl<W: Write> Database<W> {
    /// Starts a database with the greatest window that nix-index uses.
    pub fn new(mut file: W, level: i32) -> io::Result<Self> {
        file.write_all(b"NIXI")?;
        file.write_all(&1u64.to_le_bytes())?;
        let mut stream = Encoder::new(file, level)?;
        stream.window_log(27)?;
        Ok(Self { stream })
    }

    /// Adds a package with files: what each is (`123r`, `target` and `s`, ...), and its path.
    pub fn package<'f>(
        &mut self,
        package: &Package<'_>,
        files: impl IntoIterator<Item = (&'f str, &'f str)>,
    ) -> io::Result<()> {
        let (mut before, mut shared_before) = (String::new(), 0);
        for (kind, path) in files {
            let pairs = before.bytes().zip(path.bytes());
            let shared = pairs.take_while(|(a, b)| a == b).count();
            self.entry(
                kind,
                shared as isize - shared_before,
                &path.as_bytes()[shared..],
            )?;
            shared_before = shared as isize;
            path.clone_into(&mut before);
        }
        let description = json!({
            "store_dir": package.store,
            "hash": package.hash,
            "name": package.name,
            "origin": {
                "attr": package.attribute,
                "output": package.output,
                "toplevel": package.is_top_level,
                "system": package.system,
            },
        });
        self.entry("p", -shared_before, description.to_string().as_bytes())
    }

    fn entry(&mut self, kind: &str, difference: isize, rest: &[u8]) -> io::Result<()> {
        self.stream.write_all(kind.as_bytes())?;
        self.stream.write_all(&[0])?;
        match i8::try_from(difference) {
            Ok(small) if small != i8::MIN => self.stream.write_all(&small.to_le_bytes())?,
            _ => {
                let difference = i16::try_from(difference).expect("a short path");
                self.stream.write_all(&[0x80])?;
                self.stream.write_all(&difference.to_be_bytes())?;
            }
        }
        self.stream.write_all(rest)?;
        self.stream.write_all(b"\n")
    }

    /// Ends the database, and gives what it was written to.
    pub fn finish(self) -> io::Result<W> {
        self.stream.finish()
    }
}
