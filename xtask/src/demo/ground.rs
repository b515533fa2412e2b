//! Where the demo runs its program: a root like that of NixOS, with libraries in it.
//!
//! The libraries are those of the tests' Nix store. Where that cannot be made, as an ordinary user
//! without Nix cannot, they are this machine's own, shown where no loader would look for them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use ldshim::elf::Architecture;
use ldshim::host_env::{HOST_CACHE, HostEnv};
use ldshim::sandbox::Root;
use xtask_start::Network;

use super::narrator;
use crate::{store, workspace};

/// Where in the root the stub is put: the loader that x86-64 programs ask for.
pub const LOADER_PLACE: &str = Architecture::X86_64.loader_path;
/// Where in the root the library environment is. Its path is short enough for the cache plan with the
/// loader of any usual distribution.
pub const LIBRARY_ENV: &str = "/nld";
/// The real loader, in the root.
pub const REAL_LOADER: &str = "/nld/ld.so";
/// Where in the root Node.js is.
pub const NODE_HOME: &str = "/opt/node";
/// Its program.
pub const NODE: &str = "/opt/node/bin/node";
/// Where in the root this machine's libraries are, if they are used.
const HOST_ROOT: &str = "/nld-host";

/// A root to run Node.js in.
pub struct Ground {
    /// What is in the root, in words.
    pub contents: &'static str,
    /// The library environment, outside of the root.
    pub library_env: PathBuf,
    root: Root,
    stub: PathBuf,
}

/// Prepares the root for the program `node`, whose folder is shown at [`NODE_HOME`].
///
/// # Errors
/// There are neither a Nix store nor libraries of this machine to use.
pub fn prepare(node: &Path, stub: &Path, network: Network) -> Result<Ground> {
    let home = node.ancestors().nth(2).context("node is not in bin/")?;
    // Only after the store is made, which may be what makes /nix.
    let root = || Root::nixos_like().bind_read_only(home, NODE_HOME);
    let with_libraries = |root: Root, library_env: PathBuf, contents| Ground {
        contents,
        root: root.bind_read_only(&library_env, LIBRARY_ENV),
        library_env,
        stub: stub.to_owned(),
    };
    match of_store(network) {
        Ok(env) => Ok(with_libraries(
            root(),
            env,
            "/nix, /proc, /dev and /tmp only",
        )),
        Err(error) => {
            narrator::progress(&format!(
                "making a library environment of this machine's own libraries, for there is no Nix store: {error:#}"
            ));
            let env = of_host().context("cannot use this machine's libraries either")?;
            let root = show_host_libraries(root())?;
            Ok(with_libraries(root, env, "neither /lib64 nor /usr"))
        }
    }
}

fn of_store(network: Network) -> Result<PathBuf> {
    narrator::progress("making a Nix store with a glibc and the libraries that Node.js needs");
    let store = store::build_for_demo(network)?;
    let place = workspace::target("demo/nld");
    fs::create_dir_all(workspace::target("demo")).context("cannot make target/demo")?;
    store.collect()?.finish()?.write(&place)?;
    Ok(place)
}

fn of_host() -> Result<PathBuf> {
    let host = HostEnv {
        host_cache: Path::new(HOST_CACHE),
        architecture: Architecture::X86_64,
        host_root: Path::new(HOST_ROOT),
    };
    host.ensure(&workspace::target("demo/host"))
}

/// Shows the folders in which distributions have libraries below [`HOST_ROOT`].
fn show_host_libraries(mut root: Root) -> Result<Root> {
    for name in ["usr", "lib", "lib64"] {
        let folder = Path::new("/").join(name);
        if folder.is_dir() && !folder.is_symlink() {
            root = root.bind_read_only(folder, Path::new(HOST_ROOT).join(name));
        }
    }
    Ok(root)
}

impl Ground {
    /// A command in the root as it is.
    pub fn without_stub(&self, words: &[&str]) -> Command {
        command(&self.root, words, &[])
    }

    /// A command in the root with the stub, with no environment but this.
    pub fn with_stub(&self, words: &[&str], environment: &[(&str, &str)]) -> Command {
        let root = self.root.clone().bind_read_only(&self.stub, LOADER_PLACE);
        command(&root, words, environment)
    }
}

fn command(root: &Root, words: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(words[0]);
    command
        .args(&words[1..])
        .env_clear()
        .envs(environment.iter().copied());
    command.stdin(Stdio::null());
    root.apply_to(&mut command, "/tmp");
    command
}
