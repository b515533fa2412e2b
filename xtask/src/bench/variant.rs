//! The loaders that are compared, each in its root.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use ldshim::elf::Architecture;
use ldshim::library_env::{CACHE_NAME, PLACE_NAME, cache_place};
use ldshim::sandbox::Root;
use xtask_start::process;

use super::program::{BENCH_PLACE, LIBRARIES_PLACE, NODE_PLACE, Program};
use super::{long_path, pins};
use crate::store::Store;
use crate::workspace;

/// Where in the roots the library environment is. Its path is short enough for the cache plan with
/// Debian's loader, which has 16 bytes for the path of its cache.
const LIBRARY_ENV_PLACE: &str = "/nld";
/// Where the same is with its loader as it is, and not prepared.
const UNPREPARED_ENV_PLACE: &str = "/nlp";
/// The real loader as it is, for those who are told of a loader.
const REAL_LOADER: &str = "/nlp/ld.so";
/// Where the same is with a loader that has room for a long cache path, as nixpkgs' has. Pins need it.
const ROOMY_ENV_PLACE: &str = "/roomy";
/// Homes: in one each program has a pin, in the other a mark that there is nothing to pin.
const PINNED_PLACE: &str = "/pinned";
const MARKED_PLACE: &str = "/marked";

/// A loader in its root.
pub struct Variant {
    /// What the tables call it.
    pub name: String,
    /// The loader's file.
    pub loader: PathBuf,
    /// The root with the loader.
    pub root: Root,
    settings: Settings,
}

/// What the loader is told, and how.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Settings {
    /// Nothing; the list of libraries is in /etc/ld.so.cache, as on most distributions.
    EtcCache,
    /// By NIX_LD and NIX_LD_LIBRARY_PATH: one library environment.
    LibraryEnv,
    /// By the same: the one whose loader is not prepared.
    UnpreparedEnv,
    /// By the same: the one whose loader has room for a long cache path.
    RoomyEnv,
    /// By a pin.
    Pinned,
    /// As `RoomyEnv`, on demand, and the tool has said before that there is nothing to pin.
    Marked,
    /// By the same: the directories of the program's libraries.
    Directories,
}

impl Variant {
    /// The environment in which the loader starts `program`.
    pub fn environment(&self, program: &Program) -> Vec<(&'static str, String)> {
        let (loader, libraries) = match self.settings {
            Settings::EtcCache => return Vec::new(),
            Settings::Pinned => return vec![("XDG_STATE_HOME", PINNED_PLACE.to_owned())],
            Settings::LibraryEnv => (format!("{LIBRARY_ENV_PLACE}/ld.so"), LIBRARY_ENV_PLACE),
            Settings::UnpreparedEnv => (REAL_LOADER.to_owned(), UNPREPARED_ENV_PLACE),
            Settings::RoomyEnv | Settings::Marked => {
                (format!("{ROOMY_ENV_PLACE}/ld.so"), ROOMY_ENV_PLACE)
            }
            Settings::Directories => (REAL_LOADER.to_owned(), &*program.directories),
        };
        let mut environment = vec![
            ("NIX_LD", loader),
            ("NIX_LD_LIBRARY_PATH", libraries.to_owned()),
        ];
        if self.settings == Settings::Marked {
            environment.push(("XDG_STATE_HOME", MARKED_PLACE.to_owned()));
            environment.push(("NIX_LD_ON_DEMAND", "ask".to_owned()));
        }
        environment
    }
}

/// Makes the roots: of the real loader (first), the floor (second), the stub, and a peer if there is one.
///
/// # Errors
/// The floor cannot be compiled, or a library environment cannot be written.
pub fn all(store: &Store, node: &Path, stub: &Path, peer: Option<&Path>) -> Result<Vec<Variant>> {
    let folder = workspace::target("bench");
    let names = ["nld", "nlp", "libs", "roomy", "marked"];
    let [env, unprepared, libraries, roomy, marked] = names.map(|name| folder.join(name));
    let write = |loader, directory: &Path, place: Option<&Path>| {
        write_library_env(store, &folder.join("many"), loader, directory, place)
    };
    write(None, &env, Some(LIBRARY_ENV_PLACE.as_ref()))?;
    write(None, &unprepared, None)?;
    write_plain_directory(store, &libraries)?;
    let roomy_loader = folder.join("roomy-ld.so");
    long_path::write_loader(&store.loader()?, &roomy_loader)?;
    let loader = Some(&*roomy_loader);
    write(loader, &roomy, Some(ROOMY_ENV_PLACE.as_ref()))?;
    let identities = pins::identities(&folder, node)?;
    pins::write_marks(&identities, &marked)?;
    let mut pinned = Vec::new();
    for identity in &identities {
        let (place, pin) = (
            pins::place(PINNED_PLACE, *identity),
            folder.join(format!("pin-{identity}")),
        );
        write(loader, &pin, Some(&place))?;
        pins::add_manifest(&pin)?;
        pinned.push((pin, place));
    }
    let floor = compile_floor(&folder)?;

    let base = Root::nixos_like()
        .bind_read_only(&folder, BENCH_PLACE)
        .bind_read_only(node, NODE_PLACE)
        .bind_read_only(&env, LIBRARY_ENV_PLACE)
        .bind_read_only(&unprepared, UNPREPARED_ENV_PLACE)
        .bind_read_only(&libraries, LIBRARIES_PLACE)
        .bind_read_only(&roomy, ROOMY_ENV_PLACE)
        .bind_read_only(&marked, MARKED_PLACE);
    let base = pinned.iter().fold(base, |root, (pin, place)| {
        root.bind_read_only(pin, place.clone())
    });
    let variant = |name: String, loader: &Path, settings| {
        let root = base
            .clone()
            .bind_read_only(loader, Architecture::X86_64.loader_path);
        let root = match settings {
            Settings::EtcCache => root.bind_read_only(env.join(CACHE_NAME), "/etc/ld.so.cache"),
            _ => root,
        };
        Variant {
            name,
            loader: loader.to_owned(),
            root,
            settings,
        }
    };
    let mut variants = vec![
        variant(
            "real loader directly".into(),
            &store.loader()?,
            Settings::EtcCache,
        ),
        variant("floor".into(), &floor, Settings::EtcCache),
        variant("stub, cache plan".into(), stub, Settings::LibraryEnv),
        variant(
            "stub, cache plan, loader as it is".into(),
            stub,
            Settings::UnpreparedEnv,
        ),
        variant("stub, environment plan".into(), stub, Settings::Directories),
        variant(
            "stub, cache plan, long path".into(),
            stub,
            Settings::RoomyEnv,
        ),
        variant("stub, the same by a pin".into(), stub, Settings::Pinned),
        variant("stub, on demand, settled".into(), stub, Settings::Marked),
    ];
    if let Some(peer) = peer {
        let peer = peer
            .canonicalize()
            .with_context(|| format!("cannot find {}", peer.display()))?;
        let name = peer
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        variants.push(variant(
            format!("peer {name}"),
            &peer,
            Settings::Directories,
        ));
    }
    Ok(variants)
}

/// A library environment of the store's libraries and of those in the directories below `many`, with the store's loader
/// or another. The loader is prepared for `place`, if there is one.
fn write_library_env(
    store: &Store,
    many: &Path,
    loader: Option<&Path>,
    directory: &Path,
    place: Option<&Path>,
) -> Result<()> {
    let mut collection = store.collect()?;
    for name in super::many_libraries::directory_names() {
        collection.add_package(&many.join(name))?;
    }
    let mut env = collection.finish()?;
    if let Some(loader) = loader {
        env.cache_place = cache_place(loader);
        env.loader = loader.to_owned();
    }
    if let Some(place) = place {
        env.prepare_loader(place)?;
    }
    let folder = many.parent().context("the libraries are in a folder")?;
    let folder = folder.canonicalize().context("cannot find the libraries")?;
    env.map_paths(|path| match path.strip_prefix(&folder) {
        Ok(below) => Path::new(BENCH_PLACE).join(below),
        Err(_) => path.to_owned(),
    });
    // What was made into a pin has more in it than an environment.
    let _older = fs::remove_dir_all(directory);
    env.write(directory).map(drop)
}

/// A directory with links to the store's libraries and loader, and without a cache.
fn write_plain_directory(store: &Store, place: &Path) -> Result<()> {
    let context = || format!("cannot make {}", place.display());
    if place.exists() {
        fs::remove_dir_all(place).with_context(context)?;
    }
    store.collect()?.finish()?.write(place)?;
    for name in [CACHE_NAME, PLACE_NAME] {
        fs::remove_file(place.join(name)).with_context(context)?;
    }
    Ok(())
}

fn compile_floor(folder: &Path) -> Result<PathBuf> {
    let floor = folder.join("floor");
    let mut cc = Command::new("cc");
    cc.args(["-O2", "-static-pie", "-nostdlib", "-fno-stack-protector"])
        // One segment: the kernel maps less, and fewer pages are touched.
        .args(["-Wl,-z,noseparate-code", "-Wl,--build-id=none"])
        .arg(format!("-DLOADER=\"{REAL_LOADER}\""))
        .arg("-o")
        .arg(&floor)
        .arg(workspace::root().join("xtask/bench/floor.c"));
    process::run(&mut cc)?;
    Ok(floor)
}
