//! Explaining a file: what kind it is, what the stub plans for it, what the loader does then.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use anyhow::{Context, Result};
use goblin::elf::header::{ET_DYN, ET_EXEC};
use loader_stub::c_library::CLibrary;

use super::kind::{Contents, contents};
use super::loaders::{Loader, Loaders};
use super::pin::{self, Pin};
use super::{
    Dynamic, Kind, Plan, Problem, Report, Settings, drivers, environment, glibc, interpreter, kind,
    payload, report, script,
};
use crate::elf::{Architecture, Elsewhere, Image, MUSL, elsewhere, program_identity};
use crate::resolver::{Program, Resolution, map_file, names_in_texts, refusal};

/// How often a script's interpreter may be a script itself, as in Linux's `fs/exec.c`.
const MOST_SCRIPTS: usize = 5;

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
        let in_path = || script::find(path.as_os_str(), self.variable("PATH").as_deref());
        match (!path.exists()).then(in_path).flatten() {
            Some(found) => self.explain_nested(&found, 0),
            None => self.explain_nested(path, 0),
        }
    }

    fn explain_nested(&self, path: &Path, depth: usize) -> Result<Report> {
        let operation = || format!("cannot explain {}", path.display());
        let file = path.canonicalize().with_context(operation)?;
        let bytes = map_file(&file).with_context(operation)?;
        let kind = match contents(&bytes) {
            Contents::Elf(image) => {
                let payload = payload::find(&image);
                let mut report = self.explain_elf(path, &file, &image)?;
                report.payload = payload;
                return Ok(report);
            }
            Contents::DamagedElf(message) => match elsewhere(&bytes) {
                Some(Elsewhere::Machine(identity)) => return Ok(report::foreign(path, identity)),
                _ => Kind::Unknown(message),
            },
            Contents::Script(line) => {
                let mut report = self.explain_script(path, &line, depth)?;
                report.payload = payload::behind_script(&bytes);
                return Ok(report);
            }
            Contents::Other(what) => Kind::Unknown(what.to_owned()),
        };
        Ok(Report::new(path, kind, vec![Problem::NotAProgram]))
    }

    fn explain_elf(&self, path: &Path, file: &Path, image: &Image<'_>) -> Result<Report> {
        let Some(architecture) = Architecture::of(&image.identity) else {
            return Ok(report::foreign(path, image.identity));
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
            _ => {
                let problems = elsewhere(image.bytes).into_iter().filter(is_of_no_use);
                let problems = problems.map(Problem::Elsewhere).collect();
                return Ok(Report::new(path, Kind::Static(architecture), problems));
            }
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
        program.may_load = names_in_texts(image, &program.object.dynamic);
        program.reads_libraries = !self.is_for_tree;
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
            program.drivers = drivers::names(&plan.extra_paths);
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
        let (loader, resolution) = self.resolve(&program, &plan, c_library, is_secure);
        match (&loader, &resolution) {
            (Some(loader), Some(resolution)) => {
                problems.extend(report::problems(resolution));
                problems.extend(glibc::mixed(resolution, &loader.built_in, &loader.files));
            }
            _ if c_library == CLibrary::Musl => problems.push(Problem::Musl),
            _ => problems.push(Problem::NoLoader),
        }
        let kind = Kind::Dynamic(Box::new(Dynamic {
            identity: program_identity(image),
            is_library: program.interpreter.is_none(),
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
        let user = drivers::user(drivers::names(&plan.extra_paths));
        let (_, resolution) = self.resolve(&user, plan, CLibrary::Glibc, false);
        let probes = resolution.into_iter().flat_map(|it| it.probes);
        let candidates = probes.flat_map(|it| it.candidates);
        candidates
            .filter_map(|it| Some((it.path?, it.trouble?)))
            .collect()
    }

    fn explain_script(&self, path: &Path, line: &script::Line, depth: usize) -> Result<Report> {
        let interpreter = Path::new(&line.interpreter);
        let found = line.program(self.variable("PATH").as_deref());
        let mut problems = Vec::new();
        let mut reports = Vec::new();
        for program in found {
            let Some(program) = program.path else {
                problems.push(Problem::NoInterpreter(program.name));
                continue;
            };
            if depth == MOST_SCRIPTS {
                problems.push(Problem::TooManyScripts);
                break;
            }
            match self.explain_nested(&program, depth + 1) {
                Ok(report) => reports.push(report),
                Err(_) => problems.push(Problem::NoInterpreter(program.into())),
            }
        }
        if reports.iter().any(|report| !report.starts()) {
            problems.push(Problem::OfInterpreter);
        }
        let kind = Kind::Script(interpreter.to_owned(), reports);
        Ok(Report::new(path, kind, problems))
    }

    /// The plan for programs that name this loader.
    fn plan(
        &self,
        architecture: &'static Architecture,
        interpreter: Option<&OsString>,
        c_library: CLibrary,
        is_secure: bool,
        pin: Pin,
    ) -> Result<Arc<Plan>> {
        if let Some(plan) = Plan::without_the_stub(architecture, interpreter, self.settings) {
            return Ok(Arc::new(plan));
        }
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
