//! The whole way from a database to an answer, beside a search through all entries; and damage.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use tempfile::TempDir;

use super::database::{Database, Package};
use super::*;

/// Packages, each with the paths of its files.
type Packages = Vec<Vec<String>>;

const DIGITS: [char; 6] = ['0', '1', '2', 'a', 'b', 'c'];

fn package(number: usize) -> Package<'static> {
    Package::new(DIGITS[number], "zlib", "zlib-1")
}

fn write(packages: &Packages) -> Vec<u8> {
    let mut database = Database::new(Vec::new(), 1).unwrap();
    for (number, files) in packages.iter().enumerate() {
        let files = files.iter().map(|path| ("1r", &**path));
        database.package(&package(number), files).unwrap();
    }
    database.finish().unwrap()
}

fn small() -> Vec<u8> {
    let files = ["/lib/libz.so", "/lib/libz.so.1", "/lib/zip/libplug.so"];
    write(&vec![files.map(str::to_owned).to_vec(); 3])
}

/// An index in a folder of its own.
struct Made {
    _folder: TempDir,
    place: Place,
}

fn made(nixpkgs: &[u8]) -> Made {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::new(folder.path());
    fs::write(place.nixpkgs(), nixpkgs).unwrap();
    Made {
        _folder: folder,
        place,
    }
}

impl Made {
    fn open(&self) -> anyhow::Result<Index> {
        Ok(Index::open(&self.place)?.unwrap())
    }
}

fn queries() -> [Query; 7] {
    let query = |text, is_path| Query::new(text, is_path).unwrap();
    [
        query("libz.so.1", false),
        query("*z*", false),
        query("lib[ab]*.so", false),
        query("*", false),
        query("lib/libz.so.1", true),
        query("lib/*/lib?.so", true),
        query("*b/*", true),
    ]
}

/// What a query means, by a search through all entries.
fn linear(packages: &Packages, query: &Query) -> Vec<String> {
    let mut found = Vec::new();
    for (number, files) in packages.iter().enumerate() {
        for file in files {
            let path = file.trim_start_matches('/');
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            let fits = match query {
                Query::Name(wanted) => name == wanted,
                Query::Names(pattern) => pattern.fits(name.as_bytes()),
                Query::Path(wanted, last) => folder == wanted && name == last,
                Query::Paths(pattern) => pattern.fits(path.as_bytes()),
            };
            if fits && library_name::split(file.as_bytes()).is_some() {
                found.push(format!("{}/{path}", package(number).store_path()));
            }
        }
    }
    found.sort();
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn it_finds_what_a_search_through_all_entries_finds(
        packages in prop::collection::vec(
            prop::collection::btree_set("/(lib|lib64|lib/[ab]{1,2}|b)/lib[abz]{1,2}\\.(so|so\\.1|a)", 0..40),
            1..DIGITS.len(),
        )
    ) {
        let packages: Packages = packages.into_iter().map(|it| it.into_iter().collect()).collect();
        let Ok((_, bytes)) = convert(&write(&packages)[..], None) else {
            let any = Query::new("*", false).unwrap();
            prop_assert!(linear(&packages, &any).is_empty());
            return Ok(());
        };
        let made = made(&bytes);
        let index = made.open().unwrap();
        for query in queries() {
            let found = index.search(&query).unwrap();
            let paths = found.iter().map(|it| it.store_path.join(&it.path).display().to_string());
            let mut paths: Vec<_> = paths.collect();
            paths.sort();
            prop_assert_eq!(paths, linear(&packages, &query), "{:?}", query);
        }
    }

    #[test]
    fn several_damaged_bytes_of_an_index_make_no_search_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)
    ) {
        let (_, mut bytes) = convert(&small()[..], None).unwrap();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        search_all(&made(&bytes));
    }
}

/// Searches, and leaves what comes out of it.
fn search_all(made: &Made) {
    let Ok(index) = made.open() else { return };
    for query in queries() {
        let _ = index.search(&query);
    }
    let _ = local::add(&[], &made.place);
}

#[test]
fn no_damaged_byte_of_an_index_makes_a_search_panic() {
    let (_, bytes) = convert(&small()[..], Some("rev")).unwrap();
    for at in 0..bytes.len() {
        for byte in [0, 1, 0x7f, 0x80, 0xff, bytes[at].wrapping_add(1)] {
            let mut bytes = bytes.clone();
            bytes[at] = byte;
            let made = made(&bytes);
            search_all(&made);
            // The same file as the one that is read to be added to.
            fs::rename(made.place.nixpkgs(), made.place.local()).unwrap();
            search_all(&made);
        }
    }
}

#[test]
fn an_index_that_is_cut_off_is_refused_with_the_next_step() {
    let (_, bytes) = convert(&small()[..], None).unwrap();
    for length in 0..bytes.len() {
        let made = made(&bytes[..length]);
        let error = made.open().unwrap_err().to_string();
        assert!(error.contains("nixpkgs"), "{length}: {error}");
        assert!(error.contains("ldshim index update"), "{length}: {error}");
    }
    assert!(made(&bytes).open().is_ok());
}

#[test]
fn a_database_that_is_cut_off_is_refused() {
    let bytes = small();
    for length in 0..bytes.len() {
        assert!(convert(&bytes[..length], None).is_err(), "{length}");
    }
    assert_eq!(convert(&bytes[..], None).unwrap().0.libraries, 9);
}

#[test]
fn a_damaged_database_does_not_make_the_import_panic() {
    let bytes = small();
    for at in 0..bytes.len() {
        for byte in [0, 1, 0x80, 0xff, bytes[at] ^ 0x10] {
            let mut bytes = bytes.clone();
            bytes[at] = byte;
            let _ = convert(&bytes[..], None);
        }
    }
}

#[test]
fn a_file_that_is_no_database_is_told_from_one_of_another_version() {
    let error = |bytes: &[u8]| format!("{:#}", convert(bytes, None).unwrap_err());
    assert!(error(b"").contains("no database of nix-index"));
    assert!(error(b"\x7fELF\x02\x01\x01\0\0\0\0\0").contains("no database of nix-index"));
    assert!(error(b"NIXI\x02\0\0\0\0\0\0\0").contains("version 2"));
    let mut behind = small();
    behind.extend(b"more");
    assert!(convert(&behind[..], None).is_err());
}

#[test]
fn a_database_without_libraries_is_refused_because_it_is_probably_a_small_one() {
    let bytes = write(&vec![vec!["/bin/ls".to_owned()]]);
    let error = format!("{:#}", convert(&bytes[..], None).unwrap_err());
    assert!(error.contains("-small"), "{error}");
}

#[test]
fn a_package_with_a_name_that_nix_does_not_allow_is_refused() {
    let convert = |package: &Package<'_>| {
        let mut database = Database::new(Vec::new(), 1).unwrap();
        let files = [("1r", "/lib/liba.so")];
        database.package(package, files).unwrap();
        convert(&database.finish().unwrap()[..], None)
    };
    assert!(convert(&package(0)).is_ok());
    for bad in ["", "a/b", "a\nb", "a\u{1b}[31m", "a b"] {
        let name = Package {
            name: bad,
            ..package(0)
        };
        assert!(convert(&name).is_err(), "{bad:?}");
    }
    for hash in ["", "xyz", "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"] {
        let hash = Package { hash, ..package(0) };
        assert!(convert(&hash).is_err());
    }
    let attribute = Package {
        attribute: "a\nb",
        ..package(0)
    };
    assert!(convert(&attribute).is_err());
    let none = Package {
        attribute: "",
        ..package(0)
    };
    assert!(convert(&none).is_ok(), "of a file that is one package");
    let system = Package {
        system: "\u{1b}",
        ..package(0)
    };
    assert!(convert(&system).is_err());
}

#[test]
fn an_import_that_fails_leaves_the_old_index() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::new(&folder.path().join("index"));
    let database = folder.path().join("files");
    let import = |bytes: &[u8], revision| {
        fs::write(&database, bytes).unwrap();
        import(&database, revision, &place, |file| file)
    };
    import(&small(), Some("abc")).unwrap();
    let old = fs::read(place.nixpkgs()).unwrap();
    let bytes = small();
    let error = import(&bytes[..bytes.len() - 3], None).unwrap_err();
    assert!(format!("{error:#}").contains("files"), "{error:#}");
    assert_eq!(fs::read(place.nixpkgs()).unwrap(), old);
    assert_eq!(entries(place.directory()), ["nixpkgs"]);
    let index = Index::open(&place).unwrap().unwrap();
    assert_eq!(index.revision(), Some("abc"));
    import(&small(), None).unwrap();
    assert_eq!(Index::open(&place).unwrap().unwrap().revision(), None);
}

#[test]
fn without_an_index_there_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::new(&folder.path().join("missing"));
    assert!(Index::open(&place).unwrap().is_none());
}

fn entries(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let names = entries.map(|it| it.unwrap().file_name().into_string().unwrap());
    names.collect()
}
