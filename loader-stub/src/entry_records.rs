//! What the entry of a bundled program is told: a header in its image, and records behind the image.
//!
//! The entry is code that `ldshim bundle` adds to a program as a segment of its own; see `entry.rs`. The image of that code
//! has a header [`OFFSET`] bytes from its beginning. All numbers are little-endian. A record is a [`Tag`] (16 bits), a length
//! (32 bits), and that many bytes. A reader passes over tags that it does not know.

/// Where the header is in the image, in bytes.
pub const OFFSET: usize = 0x200;
/// The size of the header, in bytes.
pub const HEADER_SIZE: usize = 48;
/// What the header begins with. The last byte is the version of the format.
pub const MAGIC: [u8; 16] = *b"ldshim entry \0\0\x01";
/// What stands for the bundle's folder in texts.
pub const BUNDLE: &[u8] = b"@bundle@";

/// What an entry does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It hands the program that it is part of over to the bundle's loader.
    Inside = 1,
    /// It executes another program of the bundle.
    Execute = 2,
    /// It hands over to the bundle's loader as if that had been started with arguments: those of the records.
    Direct = 3,
}

/// The header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// What the entry does.
    pub role: Role,
    /// Where the records begin, from the image's beginning, in bytes.
    pub records: usize,
    /// How many bytes they have.
    pub records_size: usize,
    /// Where the program headers for the real loader begin, likewise.
    pub table: usize,
    /// How many program headers there are.
    pub table_count: usize,
    /// How far the program's own entry point is from the image's beginning; the sum wraps around.
    pub program_entry: u64,
}

impl Header {
    /// Reads a header; `None` if it is none, or one that nobody has filled in.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(&MAGIC)?;
        let number = |at: usize| {
            let bytes = rest.get(at..at + 4)?.first_chunk()?;
            Some(u32::from_le_bytes(*bytes))
        };
        let role = match number(0)? {
            1 => Role::Inside,
            2 => Role::Execute,
            3 => Role::Direct,
            _ => return None,
        };
        Some(Self {
            role,
            records: number(4)? as usize,
            records_size: number(8)? as usize,
            table: number(12)? as usize,
            table_count: number(16)? as usize,
            program_entry: u64::from(number(24)?) | u64::from(number(28)?) << 32,
        })
    }

    /// The header's bytes.
    pub fn to_bytes(&self) -> [u8; HEADER_SIZE] {
        let mut bytes = [0; HEADER_SIZE];
        let numbers = [
            self.role as u32,
            self.records as u32,
            self.records_size as u32,
            self.table as u32,
            self.table_count as u32,
            0,
            self.program_entry as u32,
            (self.program_entry >> 32) as u32,
        ];
        let numbers = numbers.iter().flat_map(|number| number.to_le_bytes());
        let all = MAGIC.into_iter().chain(numbers);
        for (place, byte) in bytes.iter_mut().zip(all) {
            *place = byte;
        }
        bytes
    }
}

/// The header of an entry that nobody has filled in yet.
pub const EMPTY_HEADER: [u8; HEADER_SIZE] = {
    let mut bytes = [0; HEADER_SIZE];
    let mut i = 0;
    while i < MAGIC.len() {
        bytes[i] = MAGIC[i];
        i += 1;
    }
    bytes
};

/// What a record says. Texts have [`BUNDLE`] for the bundle's folder, and no NUL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum Tag {
    /// The way from the folder of the program's file to the bundle's folder: `..`, `../..` and so on.
    Up = 1,
    /// The real loader, from the bundle's folder.
    Loader = 2,
    /// The program to be executed, likewise.
    Program = 3,
    /// The folder of the libraries, likewise, for a system without /proc, where the loader does not know `$ORIGIN`.
    Libraries = 4,
    /// The loader is musl's.
    Musl = 5,
    /// A variable's name. What follows is about this variable, up to the next one.
    Variable = 16,
    /// It has no value to begin with.
    Unset = 17,
    /// It has this value to begin with.
    Value = 18,
    /// It has this value to begin with if the user has set none.
    Default = 19,
    /// What stands between the parts of its value.
    Separator = 20,
    /// A part that comes first, and is taken away where it was. Several are in the order in which they come.
    Front = 21,
    /// A part that comes last, unless it is there. Several are in the order in which they come.
    Back = 22,
    /// If the user has set no value: a file or folder that has a [`Tag::ChoiceValue`] behind it for where it is there. The
    /// first one that is there decides.
    Choice = 23,
    /// The value that comes of the choice before it. Without one there is none.
    ChoiceValue = 24,
    /// `argv[0]`
    Argv0 = 32,
    /// An argument before the user's.
    First = 33,
    /// The user's `argv[0]` as an argument, at this place among those before the user's.
    FirstIsArgv0 = 34,
    /// An argument behind the user's.
    Last = 35,
}

/// Records, in order.
#[derive(Clone, Copy, Debug)]
pub struct Records<'a>(pub &'a [u8]);

impl<'a> Iterator for Records<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (tag, rest) = self.0.split_first_chunk()?;
        let (length, rest) = rest.split_first_chunk()?;
        let (text, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        self.0 = rest;
        Some((u16::from_le_bytes(*tag), text))
    }
}

impl<'a> Records<'a> {
    /// The texts of all records with a tag.
    pub fn all(self, tag: Tag) -> impl Iterator<Item = &'a [u8]> + Clone {
        self.filter(move |record| record.0 == tag as u16)
            .map(|record| record.1)
    }

    /// The text of the first record with a tag.
    pub fn first(self, tag: Tag) -> Option<&'a [u8]> {
        self.all(tag).next()
    }
}

#[cfg(test)]
mod tests;
