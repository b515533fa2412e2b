//! The virtual machine's root, as the archive that the kernel unpacks: cpio in its "newc" form
//! (Documentation/driver-api/early-userspace/buffer-format.rst of Linux).

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use libc::{S_IFDIR, S_IFLNK, S_IFREG};

/// An archive that is being written. Entries follow one another; an archive's end is one as well.
#[derive(Clone, Default)]
pub struct Archive {
    bytes: Vec<u8>,
    /// The directories that it has. The kernel makes none that is not in the archive.
    directories: BTreeSet<PathBuf>,
}

impl Archive {
    /// Adds a directory and those above it.
    pub fn directory(&mut self, path: &Path) {
        if path.parent().is_none() || self.directories.contains(path) {
            return;
        }
        self.parents(path);
        self.entry(path, S_IFDIR | 0o755, b"");
        self.directories.insert(path.to_owned());
    }

    /// Adds an executable file.
    pub fn file(&mut self, path: &Path, contents: &[u8]) {
        self.parents(path);
        self.entry(path, S_IFREG | 0o755, contents);
    }

    /// Adds a symbolic link.
    pub fn link(&mut self, path: &Path, target: &Path) {
        self.parents(path);
        self.entry(path, S_IFLNK | 0o777, target.as_os_str().as_bytes());
    }

    /// Adds a copy of something here: of a file, of a link as a link, of a directory with all that is in it.
    pub fn copy(&mut self, here: &Path, path: &Path) {
        if here.is_symlink() {
            self.link(path, &fs::read_link(here).expect("a link"));
        } else if here.is_dir() {
            self.directory(path);
            for entry in fs::read_dir(here).expect("a directory") {
                let entry = entry.expect("a directory");
                self.copy(&entry.path(), &path.join(entry.file_name()));
            }
        } else {
            let contents = fs::read(here);
            let contents = contents.unwrap_or_else(|error| panic!("{}: {error}", here.display()));
            self.file(path, &contents);
        }
    }

    /// The whole archive.
    pub fn finish(mut self) -> Vec<u8> {
        self.entry(Path::new("TRAILER!!!"), 0, b"");
        self.bytes
    }

    fn parents(&mut self, path: &Path) {
        self.directory(path.parent().expect("it is below the root"));
    }

    /// A magic number, thirteen numbers of eight hexadecimal digits, the name with a zero byte, and the
    /// contents; name and contents each filled up to a multiple of four bytes.
    fn entry(&mut self, path: &Path, mode: u32, contents: &[u8]) {
        let name = path
            .strip_prefix("/")
            .unwrap_or(path)
            .as_os_str()
            .as_bytes();
        let [inode, owner, group, links, time] = [0, 0, 0, 1, 0];
        let size = u32::try_from(contents.len()).expect("a small file");
        let [major, minor, device_major, device_minor] = [0; 4];
        let name_size = u32::try_from(name.len() + 1).expect("a short name");
        let checksum = 0;
        self.bytes.extend(b"070701");
        for number in [
            inode,
            mode,
            owner,
            group,
            links,
            time,
            size,
            major,
            minor,
            device_major,
            device_minor,
            name_size,
            checksum,
        ] {
            self.bytes.extend(format!("{number:08x}").as_bytes());
        }
        self.bytes.extend(name);
        self.bytes.push(0);
        self.fill_up();
        self.bytes.extend(contents);
        self.fill_up();
    }

    fn fill_up(&mut self) {
        let size = self.bytes.len().next_multiple_of(4);
        self.bytes.resize(size, 0);
    }
}
