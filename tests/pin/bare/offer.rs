//! The offer of an index where there is none.

use std::fs;
use std::path::Path;

use super::host::Host;
use crate::http::{Answer, Server};
use crate::nix::{self, text};
use crate::nix_index::{Database, Package};
use crate::terminal::Terminal;

/// A database in which a package has a library.
fn database(package: &Path, library: &str) -> Vec<u8> {
    let mut database = Database::new(Vec::new(), 3).expect("a database");
    let name = text(package).trim_start_matches("/nix/store/");
    let (hash, name) = name.split_once('-').expect("a store path");
    let mut known = Package::new('0', "the-package", name);
    known.hash = hash;
    let file = format!("/lib/{library}");
    database
        .package(&known, [("123x", &*file)])
        .expect("a package");
    database.finish().expect("a database")
}

/// A host, its program that misses a library, and a server with an index that knows who has it.
fn scene() -> (Host, Server) {
    let host = Host::new();
    host.program("program", &["a"]);
    let package = host.world.package("p", &[("a", 42)]);
    let server = Server::new(Answer::Whole(database(&package, &host.world.soname("a"))));
    (host, server)
}

/// One key is pressed from the error to the running program.
pub fn an_index_is_offered_and_got_on_a_terminal() {
    for command in [&["./program"][..], &["pin", "./program"]] {
        let (host, server) = scene();
        let mut run = host.ldshim(command);
        run.env("LDSHIM_INDEX_FROM", server.url("index"));
        let mut terminal = Terminal::start(&mut run);
        terminal.sees("There is no index yet that says which");
        terminal.sees("[Y/n]");
        assert_eq!(server.requests().len(), 0, "before the answer");
        terminal.types("\r");
        terminal.sees("the-package");
        let ended = terminal.ends();
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(ended.screen.contains("pinned"), "{ended:?}");
        if command.len() == 1 {
            assert!(ended.screen.ends_with("program\r\n42\r\n"), "{ended:?}");
        }
    }
}

pub fn who_declines_is_told_the_command() {
    let (host, server) = scene();
    let mut run = host.ldshim(&["./program"]);
    run.env("LDSHIM_INDEX_FROM", server.url("index"));
    let mut terminal = Terminal::start(&mut run);
    terminal.sees("[Y/n]");
    terminal.types("n");
    let ended = terminal.ends();
    assert_ne!(ended.code, Some(0), "{ended:?}");
    assert!(ended.screen.contains("ldshim index update"), "{ended:?}");
    assert_eq!(server.requests().len(), 0);
}

pub fn in_a_pipe_no_index_is_got() {
    let (host, server) = scene();
    for command in [&["run", "--yes", "./program"][..], &["pin", "./program"]] {
        let mut run = host.ldshim(command);
        run.env("LDSHIM_INDEX_FROM", server.url("index"));
        let ran = crate::common::Ran::of(&mut run);
        assert_ne!(ran.code, Some(0), "{ran:?}");
        assert!(ran.stderr.contains("ldshim index update"), "{ran:?}");
        assert_eq!(server.requests().len(), 0);
    }
}

/// nix-index-database's module has a `nix-locate` in PATH that names its database, and nothing else says where that is.
pub fn the_database_of_nix_locate_is_taken() {
    let mut host = Host::new();
    host.program("program", &["a"]);
    let package = host.world.package("p", &[("a", 42)]);
    let folder = host
        .world
        .folder()
        .join(format!("{}-database", host.world.unique("")));
    fs::create_dir(&folder).expect("a folder");
    let bytes = database(&package, &host.world.soname("a"));
    fs::write(folder.join("files"), bytes).expect("a file");
    let database = nix::add(&folder);
    let wrapper = host.world.folder().join("wrappers");
    fs::create_dir(&wrapper).expect("a folder");
    let words = format!("\0NIX_INDEX_DATABASE\0{}\0", text(&database));
    fs::write(wrapper.join("nix-locate"), words).expect("a file");
    host.show(&wrapper, "/wrappers");
    let mut update = host.ldshim(&["index", "update"]);
    update.env("PATH", "/wrappers:/run/current-system/sw/bin");
    let ran = crate::common::Ran::of(&mut update).succeeded();
    assert!(ran.stdout.contains("1 libraries of 1 packages"), "{ran:?}");
}
