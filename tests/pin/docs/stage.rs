//! A home in which the commands of a page are run, and what is found in it is called in the documentation.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::foreign;
use crate::command::ground::{Ground, Ran};
use crate::common;
use crate::nix::text;

use super::page::Page;
use super::shown::is_shown;

/// See above.
pub struct Stage {
    pub ground: Ground,
    page: Page,
    /// What is called otherwise in the documentation: real texts, and what stands for them.
    names: Vec<(String, &'static str)>,
    /// Where commands are run.
    folder: PathBuf,
}

impl Stage {
    /// A home with a system's library environment, for a page. Commands are run in this folder of the home.
    pub fn new(page: &str, folder: &str) -> Self {
        let ground = foreign::ground();
        let home = text(ground.world.folder()).to_owned();
        let environment = text(ground.environment()).to_owned();
        let folder = ground.path(folder);
        fs::create_dir_all(&folder).expect("a folder");
        // Made as the system's is, which has the same libraries for all.
        let stub = ground.path("nix-ld");
        let mut configure = Command::new(env!("CARGO_BIN_EXE_ldshim"));
        configure.args(["stub", "configure", "--library-dir", &environment, "--in"]);
        configure.arg(common::stub()).arg("--out").arg(&stub);
        Ran::of(&mut configure).succeeded();
        let mut ground = ground;
        ground.stub = stub;
        let names = vec![
            (environment, "/run/current-system/sw/share/nix-ld/lib"),
            (home, "/home/me"),
            (ground.world.unique("-"), ""),
        ];
        Self {
            ground,
            page: Page::read(page),
            names,
            folder,
        }
    }

    /// The folder where commands are run.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Runs a command that the page shows; it has to print what stands there.
    #[track_caller]
    pub fn shows(&mut self, command: &str) {
        let printed = self.run(command);
        if env::var_os("LDSHIM_WRITE_DOCS").is_some() {
            self.page.write(command, &printed);
        }
        let shown = self.page.output(command);
        assert!(
            is_shown(&shown, &printed),
            "{command} prints\n{printed}\nand the page shows\n{shown}"
        );
    }

    /// What a command prints, in the words of the documentation.
    fn run(&self, command: &str) -> String {
        let mut shell = Command::new("bash");
        shell.args(["-c", &format!("exec 2>&1; {command}")]);
        let tool = Path::new(env!("CARGO_BIN_EXE_ldshim"))
            .parent()
            .expect("a folder");
        let path = env::var("PATH").unwrap_or_default();
        shell.env_clear();
        shell.env("PATH", format!("{}:{path}", tool.display()));
        shell.env("HOME", self.ground.world.folder());
        shell.env("XDG_CACHE_HOME", self.ground.path("cache"));
        shell.env("LC_ALL", "C.UTF-8");
        shell.env("LDSHIM_STUB", &self.ground.stub);
        shell.env("NIX_CONFIG", env::var_os("NIX_CONFIG").unwrap_or_default());
        shell.current_dir(&self.folder);
        let mut printed = Ran::of(&mut shell).stdout;
        for (real, name) in &self.names {
            printed = printed.replace(real, name);
        }
        without_hashes(&printed)
    }
}

/// Store paths with `...` in place of their hashes.
fn without_hashes(text: &str) -> String {
    let mut parts = text.split("/nix/store/");
    let mut short = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_hash = part.len() > 32 && part.as_bytes()[32] == b'-';
        short += "/nix/store/";
        short += &if is_hash {
            format!("...{}", &part[32..])
        } else {
            part.to_owned()
        };
    }
    short
}
