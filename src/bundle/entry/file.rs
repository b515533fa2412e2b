//! The entry's file, and what is made of it: programs with the entry inside, and launchers.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use goblin::elf::program_header::PT_LOAD;
use loader_stub::entry_records::{EMPTY_HEADER, HEADER_SIZE, Header, OFFSET, Role};

use super::records::Orders;
use crate::elf::{Architecture, Image};
use crate::surgery::Seat;

/// The environment variable that names the entry to use.
const VARIABLE: &str = "LDSHIM_BUNDLE_ENTRY";

/// The name of the installed file.
const NAME: &str = "bundle-entry";

/// To what parts behind the code are aligned, in bytes.
const ALIGNMENT: usize = 16;

/// The entry of an architecture.
#[derive(Debug)]
pub struct EntryFile {
    /// The ELF file without sections.
    head: Vec<u8>,
    /// All that is mapped of it: the file from its beginning.
    image: Vec<u8>,
    /// Where the first instruction is.
    start: u64,
}

/// How a program with an entry starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// What the entry does.
    pub role: Role,
    /// What it is told.
    pub orders: Orders,
}

impl EntryFile {
    /// The entry for programs of an architecture.
    ///
    /// # Errors
    /// There is none, or it is none.
    pub fn installed(architecture: &Architecture) -> Result<Self> {
        let path = find(architecture)?;
        let context = || format!("cannot use the entry {}", path.display());
        let bytes = fs::read(&path).with_context(context)?;
        Self::read(&bytes).with_context(context)
    }

    fn read(bytes: &[u8]) -> Result<Self> {
        let image = Image::parse(bytes)?;
        let header = bytes.get(OFFSET..).and_then(|it| it.get(..HEADER_SIZE));
        ensure!(
            header == Some(&EMPTY_HEADER[..]),
            "it is no entry of this version of ldshim"
        );
        let mut loads = image
            .segments
            .iter()
            .filter(|it| it.kind == PT_LOAD && it.memory_size > 0);
        let (Some(load), None) = (loads.next(), loads.next()) else {
            bail!("it has to be relocated, as builds for debugging are: build it with --release");
        };
        ensure!(
            load.offset == 0 && load.address == 0,
            "its code is not at its beginning"
        );
        let content = image.content(load).context("it is cut off")?;
        let used = content
            .iter()
            .rposition(|it| *it != 0)
            .map_or(0, |it| it + 1);
        Ok(Self {
            head: bytes[..content.len()].to_vec(),
            image: content[..used].to_vec(),
            start: image.entry,
        })
    }

    /// `program` with the entry inside.
    ///
    /// # Errors
    /// It cannot be changed safely.
    pub fn inside(&self, program: &[u8], start: &Start) -> Result<Vec<u8>> {
        let seat = Seat::find(program)?;
        let table = self.image.len().next_multiple_of(ALIGNMENT);
        let header = Header {
            role: start.role,
            table,
            table_count: seat.table_count(),
            program_entry: seat.program_entry(),
            records: table + seat.table_size(),
            records_size: 0,
        };
        seat.fill(self.code(header, &start.orders), self.start, table)
    }

    /// A program that does nothing but what `start` says.
    ///
    /// # Errors
    /// The entry's file is damaged.
    pub fn launcher(&self, start: &Start) -> Result<Vec<u8>> {
        let end = self.image.len().next_multiple_of(ALIGNMENT);
        let header = Header {
            role: start.role,
            table: 0,
            table_count: 0,
            program_entry: 0,
            records: end,
            records_size: 0,
        };
        let code = self.code(header, &start.orders);
        crate::surgery::with_longer_image(&self.head, code)
    }

    /// The code with what it is told.
    fn code(&self, header: Header, orders: &Orders) -> Vec<u8> {
        let mut code = self.image.clone();
        code.resize(header.records, 0);
        code.extend(orders.bytes());
        let header = Header {
            records_size: orders.bytes().len(),
            ..header
        };
        code[OFFSET..][..HEADER_SIZE].copy_from_slice(&header.to_bytes());
        code
    }
}

/// Where the entry's file is: as VARIABLE says, else beside this executable, or where packages have it.
fn find(architecture: &Architecture) -> Result<PathBuf> {
    let named = std::env::var_os(VARIABLE).filter(|it| !it.is_empty());
    let candidates = match named {
        Some(file) => vec![PathBuf::from(file)],
        None => {
            let executable =
                std::env::current_exe().context("cannot learn where ldshim is installed")?;
            let folder = executable.parent().unwrap_or(Path::new("/"));
            let suffix = architecture.nix_system;
            let names = [
                NAME.to_owned(),
                format!("../libexec/{NAME}"),
                format!("../libexec/{NAME}-{suffix}"),
            ];
            names.iter().map(|it| folder.join(it)).collect()
        }
    };
    let fits = |file: &&PathBuf| {
        crate::elf::identify(file).is_ok_and(|identity| architecture.matches(&identity))
    };
    let found = candidates.iter().find(fits);
    found.cloned().with_context(|| {
        format!(
            "there is no entry for programs of {}: it is not at {}; {VARIABLE} names one",
            architecture.nix_system,
            candidates[0].display()
        )
    })
}
