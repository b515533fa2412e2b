//! Explaining a file: what kind it is, what the stub plans for it, what the loader does then.

mod plans;
mod scripts;

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use goblin::elf::header::{ET_DYN, ET_EXEC};
use loader_stub::c_library::CLibrary;

use super::kernel::{self, Verdict};
use super::kind::{Contents, contents};
use super::loaders::{Loader, Loaders};
use super::pin;
use super::{
    Dynamic, How, Kind, Plan, Problem, Report, Settings, drivers, environment, glibc, interpreter,
    kind, payload, report,
};
use crate::elf::{Architecture, Elsewhere, Image, MUSL, elsewhere, program_identity};
use crate::exec::{Line, Reason};
use crate::library_env;
use crate::resolver::{Program, Resolution, map_file, names_in_texts, refusal};
use crate::stub_file::{Stranger, stranger};

/// How a file is come by: how many scripts have led to it since the last execve, and how many of those `env` has made.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Depth {
    scripts: usize,
    envs: usize,
}

/// Explains programs, and remembers which files it has read. It is for one thread.
#[derive(Debug)]
pub struct Explainer<'s> {
    settings: &'s Settings,
    is_for_tree: bool,
    plans: RefCell<HashMap<PlanKey, Arc<Plan>>>,
    loaders: Loaders,
}

/// On what a plan depends that is the program's: system, C library, whether it has more rights than
/// its caller, and its pin.
type PlanKey = (&'static str, bool, bool, Option<PathBuf>);

impl<'s> Explainer<'s> {
    /// With these settings.
    #[must_use]
    pub fn new(settings: &'s Settings) -> Self {
        Self {
            settings,
            is_for_tree: false,
            plans: RefCell::default(),
            loaders: Loaders::default(),
        }
    }

    /// With these settings, for a tree of files: the texts of a library are looked at where it is explained itself, and not with
    /// every program that loads it.
    #[must_use]
    pub fn of_tree(settings: &'s Settings) -> Self {
        Self {
            is_for_tree: true,
            ..Self::new(settings)
        }
    }

    /// Explains the file at `path`; if there is none, and it has no slash, the program of that name
    /// in PATH.
    ///
    /// # Errors
    /// It cannot be read, or the stub that is named is none.
    pub fn explain(&self, path: &Path) -> Result<Report> {
        let in_path = || self.search(path.as_os_str(), self.variable("PATH").as_deref());
        let found = (path.symlink_metadata().is_err()).then(in_path).flatten();
        self.explain_nested(found.as_deref().unwrap_or(path), Depth::default(), None)
    }

    /// Explains the program at `path` as it is once it has loaded a library by its path, as interpreters load extension
    /// modules.
    ///
    /// # Errors
    /// As [`Explainer::explain`].
    pub fn explain_with(&self, path: &Path, library: &Path) -> Result<Report> {
        self.explain_nested(path, Depth::default(), Some(library))
    }

    fn explain_nested(&self, path: &Path, depth: Depth, loads: Option<&Path>) -> Result<Report> {
        let verdict = Verdict::of(path, depth.scripts, self.settings);
        let read = || {
            let file = path.canonicalize()?;
            Ok((map_file(&file)?, file))
        };
        let mut report = match (read(), &verdict) {
            (Ok((bytes, file)), verdict) => {
                self.explain_bytes(path, &file, &bytes, depth, verdict.as_ref(), loads)?
            }
            (Err(_), Some(Verdict::Refused(it, _)))
                if self.settings.asks_kernel && it.reason != Reason::NotThere =>
            {
                let kind = Kind::Unknown("nothing that can be looked at".to_owned());
                Report::new(path, kind, Vec::new())
            }
            (Err(error), None) if error.kind() == ErrorKind::PermissionDenied => {
                let kind = Kind::Unknown("a file that may be executed and not read".to_owned());
                Report::new(path, kind, vec![Problem::NotReadable])
            }
            (Err::<_, io::Error>(error), _) => {
                if let (ErrorKind::NotFound, Ok(target)) = (error.kind(), path.read_link()) {
                    let [path, target] = [path, &target].map(Path::display);
                    bail!("cannot explain {path}: it is a link to {target}, where nothing is");
                }
                return Err(error).with_context(|| format!("cannot explain {}", path.display()));
            }
        };
        if let Some(verdict) = verdict {
            verdict.add_to(&mut report, self.settings.asks_kernel);
        }
        Ok(report)
    }

    fn explain_bytes(
        &self,
        path: &Path,
        file: &Path,
        bytes: &[u8],
        depth: Depth,
        verdict: Option<&Verdict>,
        loads: Option<&Path>,
    ) -> Result<Report> {
        let rule = verdict.and_then(Verdict::rule);
        let mut data = None;
        let what = match contents(bytes, verdict.and_then(Verdict::identity)) {
            Contents::Elf(image) => {
                let mut report = self.explain_elf(path, file, &image, loads)?;
                report.payload = payload::find(&image);
                return Ok(report);
            }
            Contents::Script(line) => {
                let goes_on = verdict.is_none_or(Verdict::has_interpreter);
                let mut report = self.explain_script(path, &line, depth, goes_on);
                report.payload = payload::behind_script(bytes);
                return Ok(report);
            }
            _ if rule.is_some() => String::new(),
            Contents::DamagedElf(message) => match elsewhere(bytes) {
                Some(Elsewhere::Machine(identity)) => return Ok(report::foreign(path, identity)),
                _ => message,
            },
            Contents::Data(it) => data.insert(it).what.to_owned(),
            Contents::Other(what) => what.to_owned(),
        };
        if let Some(rule) = rule {
            let line = Line {
                interpreter: rule.interpreter.clone().into(),
                argument: None,
            };
            return Ok(self.explain_script(path, &line, depth, !rule.is_fixed));
        }
        let problems = vec![Problem::NotAProgram(data)];
        Ok(Report::new(path, Kind::Unknown(what), problems))
    }

    fn explain_elf(
        &self,
        path: &Path,
        file: &Path,
        image: &Image<'_>,
        loads: Option<&Path>,
    ) -> Result<Report> {
        let Some(architecture) = Architecture::of(&image.identity) else {
            return Ok(report::foreign(path, image.identity));
        };
        if ![ET_DYN, ET_EXEC].contains(&image.identity.elf_type) {
            let what = format!("an ELF file of the type {}", image.identity.type_name());
            return Ok(Report::new(
                path,
                Kind::Unknown(what),
                vec![Problem::NotAProgram(None)],
            ));
        }
        let mut program = match Program::new(file, image) {
            Some(program) if !kind::is_static(image, &program) => program,
            _ => {
                let problems = elsewhere(image.bytes).into_iter().filter(is_of_no_use);
                let problems = problems.map(Problem::Elsewhere).collect();
                return Ok(Report::new(path, Kind::Static(architecture), problems));
            }
        };
        program.loads = loads.map(Path::to_owned);
        self.explain_dynamic(path, image, program, architecture)
    }

    fn explain_dynamic(
        &self,
        path: &Path,
        image: &Image<'_>,
        mut program: Program<'_>,
        architecture: &'static Architecture,
    ) -> Result<Report> {
        program.may_load = names_in_texts(image, &program.object.dynamic);
        program.reads_libraries = !self.is_for_tree;
        program.keeps_looks = self.settings.keeps_looks;
        let is_secure = kind::is_secure(program.path, self.settings.for_all_users);
        let is_for = elsewhere(image.bytes);
        let interpreter = program.interpreter.as_ref();
        let pin = pin::find(
            image,
            interpreter.map(OsString::as_os_str),
            is_secure,
            self.settings,
        );
        let c_library = interpreter::c_library(interpreter, is_for);
        let plan = self.plan(architecture, interpreter, c_library, is_secure, pin)?;
        if !self.is_for_tree {
            program.drivers = drivers::names(&plan.driver_folders());
        }
        let mut problems = Vec::new();
        problems.extend(is_for.filter(is_of_no_use).map(Problem::Elsewhere));
        if interpreter.is_none() && c_library == CLibrary::Glibc {
            let refusal = refusal(image.bytes, architecture);
            problems.extend(refusal.map(|message| report::refused(path, message)));
        }
        if let Some(interpreter) = &plan.missing_interpreter {
            problems.push(Problem::NoInterpreter(interpreter.clone()));
        }
        if let Some(place) = interpreter.map(PathBuf::from)
            && self.settings.asks_kernel
            && !self.settings.supposes_stub
            && stranger(&place) == Some(Stranger::StubLd)
        {
            problems.push(Problem::StubLd(place));
        }
        let is_musl = c_library == CLibrary::Musl
            || (plan.how == How::WithoutStub
                && (plan.loader.as_ref())
                    .is_some_and(|it| library_env::c_library(&it.path) == CLibrary::Musl));
        let c_library = if is_musl {
            CLibrary::Musl
        } else {
            CLibrary::Glibc
        };
        let (loader, resolution) = self.resolve(&program, &plan, c_library, is_secure);
        match (&loader, &resolution) {
            (Some(loader), Some(resolution)) => {
                problems.extend(report::problems(resolution));
                if self.settings.asks_kernel {
                    problems.extend(kernel::libraries_on_noexec(resolution));
                }
                problems.extend(glibc::mixed(resolution, &loader.built_in, &loader.files));
            }
            _ if is_musl => problems.push(Problem::Musl),
            _ if plan.how == How::WithoutStub => {
                let loader = plan.loader.as_ref().map(|it| it.path.clone());
                problems.push(Problem::UnknownLoader(loader.unwrap_or_default()));
            }
            _ => problems.push(Problem::NoLoader),
        }
        let kind = Kind::Dynamic(Box::new(Dynamic {
            identity: program_identity(image),
            is_library: program.interpreter.is_none(),
            has_soname: program.object.soname().is_some(),
            architecture,
            interpreter: program.interpreter,
            glibc: loader.and_then(|loader| loader.built_in.version),
            plan,
            resolution,
        }));
        Ok(Report::new(path, kind, problems))
    }

    /// The drivers in a plan's extra paths that programs with graphics could not load, and why.
    #[must_use]
    pub fn drivers_in_trouble(&self, plan: &Plan) -> Vec<(PathBuf, String)> {
        let user = drivers::user(drivers::names(&plan.driver_folders()));
        let (_, resolution) = self.resolve(&user, plan, CLibrary::Glibc, false);
        let probes = resolution.into_iter().flat_map(|it| it.probes);
        let candidates = probes.flat_map(|it| it.candidates);
        candidates
            .filter_map(|it| Some((it.path?, it.trouble?)))
            .collect()
    }

    fn resolve(
        &self,
        program: &Program<'_>,
        plan: &Plan,
        c_library: CLibrary,
        is_secure: bool,
    ) -> (Option<Rc<Loader>>, Option<Resolution>) {
        match c_library {
            CLibrary::Glibc => {
                let preload = self.variable("LD_PRELOAD");
                self.loaders.resolve(program, plan, preload, is_secure)
            }
            CLibrary::Musl => (None, None),
        }
    }

    fn variable(&self, name: &str) -> Option<OsString> {
        environment::variable(&self.settings.environment, name)
    }
}

/// Whether the stub could do nothing for such files. Those of musl are its own matter, and what no kernel starts is told otherwise.
fn is_of_no_use(whom: &Elsewhere) -> bool {
    *whom != MUSL && matches!(whom, Elsewhere::System(_) | Elsewhere::CLibrary(_))
}
