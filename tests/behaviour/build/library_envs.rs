//! The library environments of a test, pins among them.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::Path;

use anyhow::Result;
use ldshim::elf::{Image, program_identity};
use ldshim::library_env::{Collection, PLACE_NAME};
use loader_stub::pin::MANIFEST;

use super::{Built, long_path, musl_loader};
use crate::common::Plan;
use crate::directives::{Case, PinState};
use crate::glibc;

impl Built {
    /// Adds the library environments. They are written anew, for this project's own code does it.
    pub(super) fn with_library_envs(mut self, case: &Case, folder: &Path) -> Result<Self> {
        let mut loader = self.loader.clone();
        if case.nixpkgs_like {
            loader = self.outside("nixpkgs-like/ld.so");
            fs::create_dir_all(self.outside("nixpkgs-like"))?;
            long_path::write_loader(&self.loader, &loader)?;
            self.loader = self.in_root(&loader);
        }
        for (index, env) in case.library_envs.iter().enumerate() {
            let musl = musl_loader();
            let mut collection = Collection::new(if env.is_for_musl { &musl } else { &loader })?;
            for library_folder in &env.folders {
                collection.add_package(&self.outside(library_folder))?;
            }
            if !env.is_for_musl {
                collection.add_package(&glibc::path())?;
                for path in &case.extra_paths {
                    collection.add_extra_path(path)?;
                }
            }
            let mut library_env = collection.finish()?;
            if case.prepared {
                let place = match &*env.place {
                    "{D}" => Plan::Cache.library_env().to_owned(),
                    place => self.with_identity(place)?,
                };
                // Where the loader has no room, it stays as it is.
                _ = library_env.prepare_loader(Path::new(&place));
            }
            library_env.map_paths(|path| self.in_root(path));
            let directory = folder.join(format!("library-env-{index}"));
            library_env.write(&directory)?;
            let place = directory.join(PLACE_NAME);
            if case.without_cache_place && place.is_symlink() {
                fs::remove_file(place)?;
            }
            if let Some(state) = env.pin {
                make_pin(&directory, state)?;
            }
            if env.place == "{D}" {
                for plan in Plan::ALL {
                    let place = self.library_env(plan).to_owned();
                    self.library_envs.push((directory.clone(), place));
                }
            } else {
                let place = self.with_identity(&env.place)?;
                self.library_envs.push((directory, place));
            }
        }
        Ok(self)
    }

    /// The place of a pin, with the identity of `/t/main` for `{identity}`.
    fn with_identity(&self, place: &str) -> Result<String> {
        const NAME: &str = "{identity}";
        if !place.contains(NAME) {
            return Ok(place.to_owned());
        }
        let bytes = fs::read(self.outside("main"))?;
        let identity = program_identity(&Image::parse(&bytes)?).short;
        Ok(place.replace(NAME, &identity.to_string()))
    }
}

/// Makes a pin of a library environment, as far as the stub looks.
fn make_pin(directory: &Path, state: PinState) -> Result<()> {
    let manifest = directory.join(&MANIFEST[1..]);
    let target = match state {
        PinState::Gone => "/nix/store/00000000000000000000000000000000-gone",
        _ => ".",
    };
    if fs::symlink_metadata(&manifest).is_err() {
        symlink(target, manifest)?;
    }
    let mode = match state {
        PinState::Writable => 0o775,
        PinState::ReadOnly => 0o555,
        _ => 0o755,
    };
    fs::set_permissions(directory, Permissions::from_mode(mode))?;
    if state == PinState::OfAnother {
        const NOBODY: u32 = 65534;
        chown(directory, Some(NOBODY), None)?;
    }
    Ok(())
}
