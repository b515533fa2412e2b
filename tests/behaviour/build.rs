//! Building what a test is made of, in `target/behaviour/NAME`.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use crate::common::{Plan, platform, store_path};
use crate::directives::{Artifact, Case, Compiled};
use crate::glibc;

mod library_envs;
#[path = "../common/long_path.rs"]
mod long_path;
#[path = "../common/moved_headers.rs"]
mod moved_headers;

/// The path at which the root has what was built.
pub const IN_ROOT: &str = "/t";

/// The loader's path in every program of musl. There is a musl to test with for x86-64 only.
pub const MUSL_LOADER_PATH: &str = "/lib/ld-musl-x86_64.so.1";

/// A test whose programs and library environments are built.
#[derive(Debug)]
pub struct Built {
    /// What the root has at [`IN_ROOT`].
    pub files: PathBuf,
    /// The library environments, and where the root has them.
    pub library_envs: Vec<(PathBuf, String)>,
    /// The real loader, as the root has it.
    pub loader: PathBuf,
    /// Whether the loader is one that has room for both paths of `{D}`.
    nixpkgs_like: bool,
}

/// Where the library environment is with the environment plan: not even a glibc in the store has room for it.
const WITHOUT_ROOM: &str =
    "/a-library-environment-whose-path-is-longer-than-the-built-in-path-of-any-loader-of-the-tests";

impl Built {
    /// Builds a test. Compiled files are kept if the folder and `common` are as they were. Those for another
    /// architecture than the host's, or another glibc than the store's, are in a folder of their own.
    pub fn new(case: &Case) -> Result<Self> {
        let name = case.folder.file_name().context("a test has a name")?;
        let folder = glibc::build_folder().join(name);
        fs::create_dir_all(&folder)?;
        let folder = folder.canonicalize()?;
        let built = Self {
            files: folder.join("t"),
            library_envs: Vec::new(),
            loader: glibc::loader().canonicalize()?,
            nixpkgs_like: case.nixpkgs_like,
        };
        let (stamp, inputs) = (folder.join("inputs"), inputs(case)?);
        if fs::read(&stamp).ok().as_ref() != Some(&inputs) {
            // Without a stamp nothing is taken for built, should one of the steps fail.
            let _ = fs::remove_file(&stamp);
            let _ = fs::remove_dir_all(&built.files);
            fs::create_dir_all(&built.files)?;
            for artifact in &case.artifacts {
                built.make(case, artifact)?;
            }
            fs::write(&stamp, inputs)?;
        }
        built.with_library_envs(case, &folder)
    }

    /// The path of `{D}` in the root.
    pub fn library_env(&self, plan: Plan) -> &'static str {
        match plan {
            Plan::Environment if !self.nixpkgs_like => WITHOUT_ROOM,
            plan => plan.library_env(),
        }
    }

    /// Where a path below [`IN_ROOT`] is now; a relative one is taken for one below it.
    fn outside(&self, path: &str) -> PathBuf {
        let below = path.strip_prefix(IN_ROOT).unwrap_or(path);
        self.files.join(below.trim_start_matches('/'))
    }

    fn make(&self, case: &Case, artifact: &Artifact) -> Result<()> {
        let place = |path: &str| -> Result<PathBuf> {
            let place = self.outside(path);
            fs::create_dir_all(place.parent().context("it is below a folder")?)?;
            Ok(place)
        };
        match artifact {
            Artifact::Program(program) => {
                let loader = if program.is_for_musl {
                    MUSL_LOADER_PATH
                } else {
                    platform().architecture.loader_path
                };
                // The linker would have even what is static ask for a loader.
                let is_static = program.flags.iter().any(|flag| flag.starts_with("-static"));
                let flags = if is_static {
                    vec![]
                } else {
                    vec![format!("-Wl,--dynamic-linker={loader}")]
                };
                self.compile(case, program, &place(&program.path)?, &flags)?;
            }
            Artifact::Library(library) => {
                let path = Path::new(IN_ROOT).join(&library.path);
                let part = |part: Option<&OsStr>| {
                    part.map_or(String::new(), |part| part.to_string_lossy().into_owned())
                };
                let soname = part(path.file_name());
                let folder = part(path.parent().and_then(Path::file_name));
                let flags = [
                    "-shared".to_owned(),
                    "-fPIC".to_owned(),
                    format!("-Wl,-soname,{soname}"),
                    format!("-DFOLDER=\"{folder}\""),
                ];
                self.compile(case, library, &place(&library.path)?, &flags)?;
            }
            Artifact::File { path, text } => fs::write(place(path)?, text)?,
            Artifact::Link { path, target } => symlink(target, place(path)?)?,
            Artifact::TruncatedLoader { path, length } => {
                let loader = fs::read(&self.loader)?;
                let length = usize::try_from(*length)?.min(loader.len() - 1);
                fs::write(place(path)?, &loader[..length])?;
            }
            Artifact::ChangedLoader {
                path,
                is_there_twice,
            } => long_path::write_changed_loader(&self.loader, &place(path)?, *is_there_twice)?,
            Artifact::MovedHeaders {
                path,
                program,
                remainder,
            } => {
                let program = self.outside(program);
                moved_headers::write_with_moved_headers(&program, &place(path)?, *remainder);
            }
            Artifact::Fifo { path } => mkfifo(&place(path)?, Mode::from_bits_truncate(0o666))?,
            Artifact::Setuid { path } => {
                let plain = path.strip_suffix("-setuid").context("no ending -setuid")?;
                let place = place(path)?;
                // Not done here: a file that this process has open for writing, its children have open too
                // until they execute something, and a file that is open for writing cannot be executed.
                let mut install = Command::new("install");
                install.args(["--owner=root", "--mode=4755"]);
                let status = install.arg(self.outside(plain)).arg(place).status()?;
                ensure!(status.success(), "{install:?}: {status}");
            }
        }
        Ok(())
    }

    fn compile(&self, case: &Case, file: &Compiled, output: &Path, flags: &[String]) -> Result<()> {
        let common = common();
        let own = case.folder.join(&file.source);
        let source = if own.exists() {
            own
        } else {
            common.join(&file.source)
        };
        let mut compiler = if file.is_for_musl {
            Command::new("musl-gcc")
        } else {
            let mut compiler = Command::new(platform().tool("gcc"));
            compiler.args(glibc::compiler_flags());
            compiler
        };
        compiler.args(["-O1", "-Wall", "-Werror", "-D_GNU_SOURCE"]);
        // A library's own libraries are found when it is loaded, and not before.
        compiler.arg("-Wl,--allow-shlib-undefined").args(flags);
        compiler
            .arg("-I")
            .arg(common)
            .arg("-o")
            .arg(output)
            .arg(source);
        for flag in &file.flags {
            if flag.starts_with(IN_ROOT) {
                compiler.arg(self.outside(flag));
            } else {
                compiler.arg(flag);
            }
        }
        // dlopen is in a library of its own before glibc 2.34.
        if !file.flags.iter().any(|flag| flag == "-nostdlib") {
            compiler.args(["-Wl,--as-needed", "-ldl"]);
        }
        let result = compiler.output().context("cannot start the compiler")?;
        let messages = String::from_utf8_lossy(&result.stderr);
        ensure!(result.status.success(), "{compiler:?}:\n{messages}");
        Ok(())
    }

    /// The path in the root of something outside.
    fn in_root(&self, path: &Path) -> PathBuf {
        match path.strip_prefix(&self.files) {
            Ok(below) => Path::new(IN_ROOT).join(below),
            Err(_) => path.to_owned(),
        }
    }
}

/// The loader of musl, which is musl's C library itself.
pub fn musl_loader() -> PathBuf {
    store_path("musl").join("lib/libc.so")
}

/// The folder of sources that tests share.
fn common() -> PathBuf {
    crate::folder().join("common")
}

/// All that the compiled files depend on: how they are compiled, and the names and contents of the sources.
fn inputs(case: &Case) -> Result<Vec<u8>> {
    let mut inputs = include_bytes!("build.rs").to_vec();
    inputs.extend(include_bytes!("../common/moved_headers.rs"));
    inputs.extend(platform().tool("gcc").as_bytes());
    inputs.extend(glibc::path().as_os_str().as_encoded_bytes());
    for flag in glibc::compiler_flags() {
        inputs.extend(flag.as_encoded_bytes());
    }
    for folder in [&case.folder, &common()] {
        let mut files = fs::read_dir(folder)?
            .map(|entry| Ok(entry?.path()))
            .collect::<Result<Vec<_>>>()?;
        files.sort();
        for file in files {
            inputs.extend(file.to_string_lossy().as_bytes());
            inputs.push(0);
            inputs.extend(fs::read(&file)?);
            inputs.push(0);
        }
    }
    Ok(inputs)
}
