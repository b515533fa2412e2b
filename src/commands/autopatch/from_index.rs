//! `ldshim autopatch --from-index`: the packages that a tree misses are chosen as `ldshim pin` chooses them, and kept by a
//! root in the tree.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use loader_stub::c_library::CLibrary;

use crate::autopatch::Missing;
use crate::choice::{Choices, Knowledge, Need, Selection, choose, is_part_of_glibc, merge};
use crate::cli::AutopatchArgs;
use crate::commands::pin::lookup::{self, Store};
use crate::commands::pin::packages::{self, Had};
use crate::commands::pin::rounds::Unclear;
use crate::commands::pin::text::Again;
use crate::commands::pin::{target, text};
use crate::commands::report;
use crate::drivers::is_driver_library;
use crate::elf::{Architecture, Dynamic, Image, identify};
use crate::explain::Plan;
use crate::index::{HOW_TO_GET_ONE, Index};
use crate::library_env::original_loader;
use crate::nix::{Nix, STORE, store_path_of};
use crate::resolver::map_file;

/// The name of the root, in the tree.
pub(super) const ROOT: &str = ".ldshim-packages";

/// The packages that were chosen for a tree.
pub(super) struct Packages<'a> {
    args: &'a AutopatchArgs,
    index: Index,
    nix: Nix,
    architecture: &'static Architecture,
    selections: Vec<Selection>,
    chosen: Vec<Had>,
}

impl<'a> Packages<'a> {
    pub(super) fn new(args: &'a AutopatchArgs, loader: &Path) -> Result<Self> {
        let Some(index) = Index::open_default()? else {
            bail!("there is no index that says which packages have a library\n{HOW_TO_GET_ONE}");
        };
        let identity = identify(loader)?;
        let architecture = Architecture::of(&identity);
        Ok(Self {
            args,
            index,
            nix: Nix::find()?,
            architecture: architecture
                .with_context(|| format!("{} is for {identity}", loader.display()))?,
            selections: args.select.clone(),
            chosen: Vec::new(),
        })
    }

    /// Gets packages for what is missing. Returns the libraries; none if no package has any of what is missing still.
    pub(super) fn get(&mut self, missing: &[Missing]) -> Result<Vec<PathBuf>> {
        let needs = self.needs(missing)?;
        if needs.is_empty() {
            return Ok(Vec::new());
        }
        let choices = self.decide(&needs)?;
        report(&text::choices("the tree", &choices, 0))?;
        let candidates: Vec<_> = choices.iter().map(|it| &it.candidate).collect();
        let is_here = |path: &Option<PathBuf>| path.as_ref().is_some_and(|it| it.exists());
        if self.args.dry_run && !candidates.iter().all(|it| is_here(&it.store_path)) {
            report(&text::more_later())?;
            return Ok(Vec::new());
        }
        let revision = self.index.revision();
        let paths = packages::realise(&self.nix, &candidates, None, revision, true)?;
        let mut files = Vec::new();
        for (choice, path) in choices.libraries.into_iter().zip(paths) {
            let had = packages::had(choice, path, false, self.architecture)?;
            files.push(had.file.clone());
            self.chosen.push(had);
        }
        Ok(files)
    }

    /// Keeps the packages, and the loader, for as long as there is the tree.
    pub(super) fn keep(&self, tree: &Path, loader: &Path) -> Result<()> {
        let mut paths: Vec<_> = self.chosen.iter().map(|it| it.store_path.clone()).collect();
        paths.extend(
            original_loader(loader)
                .ok()
                .and_then(|it| store_path_of(&it)),
        );
        paths.sort();
        paths.dedup();
        if paths.is_empty() {
            return Ok(());
        }
        let manifest = self.nix.write_manifest("ldshim-packages", &paths)?;
        self.nix.add_root(&manifest, &tree.join(ROOT))
    }

    /// What packages of the index may have: nothing of glibc, which is the loader's, and nothing of a driver.
    fn needs(&self, missing: &[Missing]) -> Result<Vec<Need>> {
        let mut all = BTreeMap::new();
        for it in missing {
            let names = it
                .names
                .iter()
                .map(|name| name.to_string_lossy().into_owned());
            for name in names {
                let is_open = !is_driver_library(&name)
                    && !is_part_of_glibc(&name)
                    && !self.chosen.iter().any(|it| it.choice.need.name == name);
                if is_open && self.has(&name)? {
                    let need = need(name, &it.file);
                    merge(&mut all, vec![need]);
                    break;
                }
            }
        }
        Ok(all.into_values().collect())
    }

    fn has(&self, name: &str) -> Result<bool> {
        let is_selected = self.selections.iter().any(|it| it.name == name);
        Ok(is_selected || !self.index.providers(name)?.is_empty())
    }

    fn decide(&mut self, needs: &[Need]) -> Result<Choices> {
        let names = needs.iter().map(|it| it.name.clone());
        let providers = lookup::providers(Some(&self.index), names, self.architecture)?;
        let earlier = self.chosen.iter().map(|it| it.choice.candidate.clone());
        let earlier: Vec<_> = earlier.collect();
        let store = Store::new(Some(self.nix.clone()));
        loop {
            let knowledge = Knowledge {
                providers: &providers,
                selections: &self.selections,
                chosen: &earlier,
                facts: &store,
                glibc: None,
                glibc_package: None,
            };
            let choices = choose(needs, &knowledge).context("cannot choose packages")?;
            let mut trees = self.args.paths.iter().chain(&self.args.more_paths);
            let tree = trees.next().map_or(Path::new("."), PathBuf::as_path);
            let again =
                Again::new("ldshim autopatch --from-index", tree).selecting(&self.selections);
            match Unclear::of(self.args.yes).settle(&choices, &again)? {
                Some(selection) => self.selections.push(selection),
                None => return Ok(choices),
            }
        }
    }
}

/// A library as one file wants it.
fn need(name: String, file: &Path) -> Need {
    let bytes = map_file(file).ok();
    let image = bytes.as_ref().and_then(|it| Image::parse(it).ok());
    let dynamic = image.as_ref().and_then(Dynamic::of).unwrap_or_default();
    let versions = dynamic.versions_needed.iter();
    let versions = versions.filter(|it| it.file == *name && !it.is_weak);
    Need {
        versions: versions
            .map(|it| it.version.to_string_lossy().into_owned())
            .collect(),
        needed_by: file
            .file_name()
            .into_iter()
            .map(|it| it.to_string_lossy().into_owned())
            .collect(),
        name,
        lacking: Vec::new(),
    }
}

/// The loader that foreign programs get here: that of the stub's plan.
pub(super) fn loader() -> Result<PathBuf> {
    let architecture = Architecture::of_this_machine();
    let architecture = architecture.context("there is no stub for programs of this machine")?;
    let settings = target::settings()?;
    let plan = Plan::of_the_stub(architecture, CLibrary::Glibc, false, None, &settings)?;
    let loader = plan.loader.context(
        "it is not known which loader programs should get: name it with --loader, or enable programs.nix-ld",
    )?;
    let operation = || format!("cannot use {} as the loader", loader.path.display());
    original_loader(&loader.path).with_context(operation)
}

/// Removes the root of a tree, if it has one.
pub(super) fn forget(tree: &Path) {
    let root = tree.join(ROOT);
    if root.read_link().is_ok_and(|it| it.starts_with(STORE)) {
        // Nix notices by itself that it is gone.
        _ = fs::remove_file(root);
    }
}
