//! Reports for programs. docs/explain-json.md describes them for those who read them.

use std::ffi::OsStr;
use std::path::Path;

use serde_json::{Value, json};

use super::plan::{Choice, Plan, Refused};
use super::text::{advice, problem_text};
use super::tree::Tree;
use super::{Dynamic, Kind, Problem, Providers, Report};
use crate::elf::DependencyKind;
use crate::exec::End;
use crate::resolver::{Found, Loaded, Probe};

/// Counts up if a field goes or changes its meaning.
const SCHEMA: u32 = 1;

/// The report about one file.
#[must_use]
pub fn report(report: &Report, providers: &Providers) -> Value {
    let mut value = file(report, providers);
    value["schema"] = SCHEMA.into();
    value
}

/// The report about a directory tree.
#[must_use]
pub fn tree(tree: &Tree, providers: &Providers) -> Value {
    let unreadable = tree.unreadable.iter().map(|(path, error)| {
        json!({
            "path": path_text(path),
            "error": error,
        })
    });
    let missing = tree.missing().into_iter().map(|it| {
        let mut value = json!({
            "name": text(it.name),
            "files": it.files.len(),
            "is_optional": it.is_optional,
            "in_tree": Value::Null,
        });
        providers.add_json(it.name, &mut value);
        value
    });
    let of_tree = tree.missing_of_tree().into_iter().map(|(name, files)| {
        json!({
            "name": text(name),
            "files": files,
            "is_optional": false,
            "in_tree": tree.find(name).map(path_text),
            "providers": [],
            "more_providers": 0,
            "other_versions": [],
            "is_of_driver": false,
        })
    });
    let files = tree.standings().map(|(report, standing)| {
        let mut value = file(report, providers);
        value["standing"] = standing.code().into();
        value
    });
    let others = tree.others.iter().map(|(path, whom)| {
        json!({
            "path": path_text(path),
            "for": whom.to_string(),
        })
    });
    json!({
        "schema": SCHEMA,
        "directory": path_text(&tree.directory),
        "starts": tree.starts(),
        "files": files.collect::<Vec<_>>(),
        "for_others": others.collect::<Vec<_>>(),
        "missing": missing.chain(of_tree).collect::<Vec<_>>(),
        "unreadable": unreadable.collect::<Vec<_>>(),
    })
}

fn file(report: &Report, providers: &Providers) -> Value {
    let problems = report.problems.iter();
    let problems = problems.map(|it| problem(report, it, providers));
    let mut value = json!({
        "path": path_text(&report.path),
        "starts": report.starts(),
        "execve": report.execve.map(execve),
        "rule": report.rule.as_ref().map(|it| json!({ "name": it.name, "interpreter": path_text(&it.interpreter) })),
        "problems": problems.collect::<Vec<_>>(),
        "payload": report.payload.as_ref().map(|it| json!({
            "made_by": it.made_by,
            "bytes": it.bytes,
            "section": it.section,
            "hint": it.hint,
        })),
    });
    match &report.kind {
        Kind::Dynamic(it) => {
            value["kind"] = if it.is_library { "library" } else { "program" }.into();
            add_dynamic(&mut value, it);
        }
        Kind::Static(architecture) => {
            value["kind"] = "static".into();
            value["system"] = architecture.nix_system.into();
        }
        Kind::Foreign(identity) => {
            value["kind"] = "foreign".into();
            value["machine"] = identity.to_string().into();
        }
        Kind::Script(interpreter, reports) => {
            value["kind"] = "script".into();
            value["interpreter"] = path_text(interpreter).into();
            value["interpreters"] = reports.iter().map(|it| file(it, providers)).collect();
            if let Some(launch) = &report.launch {
                let there = launch.programs.iter();
                let there = there.map(|it| json!({ "path": path_text(it), "there": true }));
                let absent = launch.absent.iter();
                let absent = absent.map(|it| json!({ "path": it, "there": false }));
                value["starts_programs"] = there.chain(absent).collect();
            }
        }
        Kind::Unknown(what) => {
            value["kind"] = "unknown".into();
            value["what"] = what.as_str().into();
        }
    }
    value
}

fn add_dynamic(value: &mut Value, dynamic: &Dynamic) {
    value["system"] = dynamic.architecture.nix_system.into();
    value["identity"] = dynamic.identity.short.to_string().into();
    value["interpreter"] = dynamic.interpreter.as_deref().map(text).into();
    value["plan"] = plan(&dynamic.plan);
    value["glibc"] = dynamic.glibc.map(version).into();
    let Some(resolution) = &dynamic.resolution else {
        return;
    };
    let objects = resolution.objects.iter().map(object);
    value["objects"] = objects.collect();
    value["order"] = resolution.order.clone().into();
    let failures = resolution
        .preload_failures
        .iter()
        .map(|it| json!({ "name": text(&it.name), "message": it.message }));
    value["not_preloaded"] = failures.collect();
    value["may_load"] = resolution.probes.iter().map(probe).collect();
}

fn plan(plan: &Plan) -> Value {
    let refusal = |it: &Refused| {
        let mut value = choice(&it.choice);
        value["reason"] = it.reason.as_str().into();
        value
    };
    let refused = plan.refused.iter().map(refusal);
    json!({
        "stub": plan.stub.as_deref().map(path_text),
        "loader": plan.loader.as_ref().map(choice),
        "refused": refused.collect::<Vec<_>>(),
        "pin_not_used": plan.pin_not_used.as_ref().map(refusal),
        "libraries": plan.libraries.as_ref().map(choice),
        "mechanism": plan.how.code(),
        "ld_library_path": plan.library_path.as_deref().map(text),
    })
}

fn choice(choice: &Choice) -> Value {
    json!({ "path": path_text(&choice.path), "from": choice.from })
}

fn object(object: &Loaded) -> Value {
    let (found, rpath_of) = match object.found {
        Found::Program => ("program", None),
        Found::Loader => ("loader", None),
        Found::ByPath => ("path", None),
        Found::Rpath(of) => ("rpath", Some(of)),
        Found::LibraryPath => ("ld-library-path", None),
        Found::Runpath => ("runpath", None),
        Found::Cache => ("cache", None),
        Found::SystemDirectory => ("system-directory", None),
        Found::Nowhere(_) => ("nowhere", None),
    };
    let passed = match &object.found {
        Found::Nowhere(passed) => &passed[..],
        _ => &[],
    };
    let passed = passed
        .iter()
        .map(|it| json!({ "path": path_text(&it.path), "reason": it.reason }));
    let needs = object.needs.iter().map(|it| {
        let kind = match it.kind {
            DependencyKind::Needed => "needed",
            DependencyKind::Auxiliary => "auxiliary",
            DependencyKind::Filter => "filter",
        };
        json!({ "name": text(&it.name), "kind": kind, "object": it.object })
    });
    json!({
        "names": object.names.iter().map(|it| text(it)).collect::<Vec<_>>(),
        "path": object.path.as_deref().map(path_text),
        "found": found,
        "rpath_of": rpath_of,
        "requested_by": object.requested_by,
        "needs": needs.collect::<Vec<_>>(),
        "passed_over": passed.collect::<Vec<_>>(),
    })
}

fn probe(probe: &Probe) -> Value {
    let note = probe.note.as_ref();
    let candidates = probe
        .candidates
        .iter()
        .map(|it| json!({ "name": text(&it.name), "path": it.path.as_deref().map(path_text), "trouble": it.trouble }));
    json!({
        "object": probe.object,
        "is_guess": note.is_none(),
        "feature": note.and_then(|it| it.feature.as_deref()),
        "description": note.and_then(|it| it.description.as_deref()),
        "priority": note.map(|it| it.priority.as_str()),
        "candidates": candidates.collect::<Vec<_>>(),
    })
}

fn problem(report: &Report, problem: &Problem, providers: &Providers) -> Value {
    let mut value = json!({ "problem": problem.code(), "text": problem_text(report, problem) });
    if let Some(advice) = advice(report, problem) {
        value["advice"] = advice.into();
    }
    match problem {
        Problem::Missing { name, needed_by } => {
            value["name"] = text(name).into();
            value["needed_by"] = needed_by.clone().into();
            providers.add_json(name, &mut value);
        }
        Problem::Version(missing) => {
            value["version"] = text(&missing.version).into();
            value["library"] = missing.library.into();
            value["needed_by"] = vec![missing.wanted_by].into();
        }
        Problem::Symbols(missing) => {
            value["symbols"] = missing.names.iter().map(|it| text(it)).collect();
            value["library"] = missing.library.into();
            value["needed_by"] = vec![missing.wanted_by].into();
        }
        Problem::MixedGlibc(versions) => {
            value["versions"] = versions.iter().map(|&it| version(it)).collect();
        }
        Problem::Unreadable(object, it) => {
            value["object"] = (*object).into();
            value["what"] = it.what.into();
        }
        Problem::NoInterpreter(path) => value["name"] = text(path).into(),
        Problem::Refused(it) => value["name"] = path_text(&it.object).into(),
        Problem::StubLd(path) | Problem::UnknownLoader(path) => {
            value["name"] = path_text(path).into()
        }
        Problem::Failure(failure) => value["name"] = text(&failure.name).into(),
        Problem::NotAProgram(_)
        | Problem::NoStub(_)
        | Problem::Elsewhere(_)
        | Problem::OfInterpreter
        | Problem::Musl
        | Problem::NotReadable
        | Problem::NoLoader => {}
    }
    value
}

/// What comes of execve: `ok`, the error's name, or the signal that ends the process.
fn execve(end: End) -> String {
    match end {
        End::Started => "ok".to_owned(),
        End::Failed(errno) => format!("{errno:?}"),
        End::Killed => "SIGSEGV".to_owned(),
    }
}

fn version((major, minor): (u32, u32)) -> String {
    format!("{major}.{minor}")
}

fn path_text(path: &Path) -> String {
    text(path.as_os_str())
}

fn text(text: &OsStr) -> String {
    text.to_string_lossy().into_owned()
}
