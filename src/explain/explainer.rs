//! Explaining a file: what kind it is, what the stub plans for it, what the loader does then.

mod scripts;

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use anyhow::{Context, Result};
use goblin::elf::header::{ET_DYN, ET_EXEC};
use loader_stub::c_library::CLibrary;
use memmap2::Mmap;

use super::kernel::{self, Verdict};
use super::kind::{Contents, contents};
use super::pin::{self, Pin};
use super::{
    Dynamic, How, Kind, Plan, Problem, Report, Settings, environment, glibc, guesses, interpreter,
    kind, payload, report,
};
use crate::elf::{Architecture, Image, program_identity};
use crate::exec::{Line, Reason};
use crate::library_env::c_library;
use crate::loader_cache::CacheFile;
use crate::resolver::{self, Files, Machine, Program, RealLoader, Start, map_file};
use crate::stub_file::{Stranger, stranger};

/// How a file is come by: how many scripts have led to it since the last execve, and how many of those `env` has made.
#[derive(Clone, Copy, Default)]
struct Depth {
    scripts: usize,
    envs: usize,
}

/// Explains programs, and remembers which files it has read. It is for one thread.
#[derive(Debug)]
pub struct Explainer<'s> {
    settings: &'s Settings,
    plans: RefCell<HashMap<PlanKey, Arc<Plan>>>,
    loaders: RefCell<HashMap<PathBuf, Option<Rc<Loader>>>>,
    caches: RefCell<HashMap<PathBuf, Option<Rc<CacheFile<Mmap>>>>>,
}

/// On what a plan depends that is the program's: system, C library, whether it has more rights than
/// its caller, and its pin.
type PlanKey = (&'static str, bool, bool, Option<PathBuf>);

/// A loader, and the files that were opened for it.
#[derive(Debug)]
struct Loader {
    built_in: RealLoader,
    files: Files,
}

impl<'s> Explainer<'s> {
    /// With these settings.
    #[must_use]
    pub fn new(settings: &'s Settings) -> Self {
        Self {
            settings,
            plans: RefCell::default(),
            loaders: RefCell::default(),
            caches: RefCell::default(),
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
        self.explain_nested(found.as_deref().unwrap_or(path), Depth::default())
    }

    fn explain_nested(&self, path: &Path, depth: Depth) -> Result<Report> {
        let verdict = Verdict::of(path, depth.scripts, self.settings);
        let read = || {
            let file = path.canonicalize()?;
            Ok((map_file(&file)?, file))
        };
        let mut report = match (read(), &verdict) {
            (Ok((bytes, file)), verdict) => {
                self.explain_bytes(path, &file, &bytes, depth, verdict.as_ref())?
            }
            (Err(_), Some(Verdict::Refused(it, _)))
                if self.settings.asks_kernel && it.reason != Reason::NotThere =>
            {
                let kind = Kind::Unknown("nothing that can be looked at".to_owned());
                Report::new(path, kind, Vec::new())
            }
            (Err(error), None) if error.kind() == ErrorKind::PermissionDenied => {
                let kind = Kind::Unknown("a file that may be executed and not read".to_owned());
                Report::new(path, kind, vec![Problem::Unreadable])
            }
            (Err::<_, io::Error>(error), _) => {
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
    ) -> Result<Report> {
        let rule = verdict.and_then(Verdict::rule);
        let what = match contents(bytes, verdict.and_then(Verdict::identity)) {
            Contents::Elf(image) => {
                let mut report = self.explain_elf(path, file, &image)?;
                report.payload = payload::find(&image);
                return Ok(report);
            }
            Contents::Script(line) => {
                let goes_on = verdict.is_none_or(Verdict::has_interpreter);
                return Ok(self.explain_script(path, &line, depth, goes_on));
            }
            _ if rule.is_some() => String::new(),
            Contents::DamagedElf(message) => message,
            Contents::Other(what) => what.to_owned(),
        };
        if let Some(rule) = rule {
            let line = Line {
                interpreter: rule.interpreter.clone().into(),
                argument: None,
            };
            return Ok(self.explain_script(path, &line, depth, !rule.is_fixed));
        }
        let problems = vec![Problem::NotAProgram];
        Ok(Report::new(path, Kind::Unknown(what), problems))
    }

    fn explain_elf(&self, path: &Path, file: &Path, image: &Image<'_>) -> Result<Report> {
        let Some(architecture) = Architecture::of(&image.identity) else {
            let kind = Kind::Foreign(image.identity);
            return Ok(Report::new(
                path,
                kind,
                vec![Problem::NoStub(image.identity)],
            ));
        };
        if ![ET_DYN, ET_EXEC].contains(&image.identity.elf_type) {
            let what = format!("an ELF file of the type {}", image.identity.type_name());
            return Ok(Report::new(
                path,
                Kind::Unknown(what),
                vec![Problem::NotAProgram],
            ));
        }
        let program = match Program::new(file, image) {
            Some(program) if !kind::is_static(image, &program) => program,
            _ => return Ok(Report::new(path, Kind::Static(architecture), Vec::new())),
        };
        self.explain_dynamic(path, image, program, architecture)
    }

    fn explain_dynamic(
        &self,
        path: &Path,
        image: &Image<'_>,
        mut program: Program<'_>,
        architecture: &'static Architecture,
    ) -> Result<Report> {
        program.may_load = guesses::names(image, &program);
        let is_secure = kind::is_secure(program.path, self.settings.for_all_users);
        let interpreter = program.interpreter.as_ref();
        let pin = pin::find(
            image,
            interpreter.map(OsString::as_os_str),
            is_secure,
            self.settings,
        );
        let plan = self.plan(architecture, interpreter, is_secure, pin)?;
        let mut problems = Vec::new();
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
        let is_musl = interpreter::c_library(interpreter) == CLibrary::Musl
            || (plan.how == How::WithoutStub
                && (plan.loader.as_ref()).is_some_and(|it| c_library(&it.path) == CLibrary::Musl));
        let loader = match &plan.loader {
            Some(choice) if !is_musl => self.loader(&choice.path),
            _ => None,
        };
        let resolution = loader.as_ref().map(|loader| {
            let cache = plan
                .cache(&loader.built_in)
                .and_then(|path| self.cache(&path));
            let start = Start {
                loader: &loader.built_in,
                cache: cache.as_deref(),
                library_path: plan.library_path.clone(),
                preload: self.variable("LD_PRELOAD"),
                is_secure,
            };
            resolver::resolve(&program, &start, &loader.files)
        });
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

    /// The plan for programs that name this loader.
    fn plan(
        &self,
        architecture: &'static Architecture,
        interpreter: Option<&OsString>,
        is_secure: bool,
        pin: Pin,
    ) -> Result<Arc<Plan>> {
        if let Some(plan) = Plan::without_the_stub(architecture, interpreter, self.settings) {
            return Ok(Arc::new(plan));
        }
        let c_library = interpreter::c_library(interpreter);
        let is_musl = c_library == CLibrary::Musl;
        let (pin, not_used) = match pin {
            Pin::None => (None, None),
            Pin::Used(pin) => (Some(pin), None),
            Pin::NotUsed(refused) => (None, Some(refused)),
        };
        let key = (architecture.nix_system, is_musl, is_secure, pin.clone());
        let known = self.plans.borrow().get(&key).cloned();
        let plan = match known {
            Some(plan) => plan,
            None => {
                let settings = self.settings;
                let pin = pin.as_deref();
                let plan = Plan::of_the_stub(architecture, c_library, is_secure, pin, settings);
                Arc::new(plan?)
            }
        };
        self.plans.borrow_mut().insert(key, Arc::clone(&plan));
        let missing_interpreter = interpreter::missing(architecture, interpreter);
        if missing_interpreter.is_none() && not_used.is_none() {
            return Ok(plan);
        }
        Ok(Arc::new(Plan {
            missing_interpreter,
            pin_not_used: not_used,
            ..Plan::clone(&plan)
        }))
    }

    fn loader(&self, path: &Path) -> Option<Rc<Loader>> {
        let mut known = self.loaders.borrow_mut();
        let loader = known.entry(path.to_owned()).or_insert_with(|| {
            let built_in = RealLoader::read(path, Machine::this).ok()?;
            let files = Files::new(&built_in);
            Some(Rc::new(Loader { built_in, files }))
        });
        loader.clone()
    }

    fn cache(&self, path: &Path) -> Option<Rc<CacheFile<Mmap>>> {
        let mut known = self.caches.borrow_mut();
        let cache = known.entry(path.to_owned()).or_insert_with(|| {
            let bytes = map_file(path).ok()?;
            CacheFile::new(bytes).ok().map(Rc::new)
        });
        cache.clone()
    }

    fn variable(&self, name: &str) -> Option<OsString> {
        environment::variable(&self.settings.environment, name)
    }
}
