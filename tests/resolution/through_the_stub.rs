//! Whole starts: programs that are started through the stub in a root like that of NixOS, against
//! `ldshim explain` in the same root and environment, with each mechanism of the stub.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ldshim::elf::{Architecture, interpreter};
use ldshim::library_env::Collection;
use ldshim::resolver::{Machine, RealLoader};
use ldshim::sandbox::Root;
use libtest_mimic::Trial;
use serde_json::Value;
use tempfile::TempDir;

use crate::answer::{Answer, compare, parse};
use crate::case::Case;
use crate::common::{Plan, store_path, stub, target};
use crate::elf_file::ElfFile;
use crate::truth::{Environment, host_loader};

pub fn trials() -> Vec<Trial> {
    let trial = |plan: Plan| {
        Trial::test(format!("through_the_stub::{}", plan.name()), move || {
            compare_programs(plan)
        })
    };
    let mut trials: Vec<_> = Plan::ALL.map(trial).into();
    trials.push(Trial::test(
        "cache::entries_for_hardware_capabilities",
        || {
            entries_for_hardware_capabilities();
            Ok(())
        },
    ));
    trials
}

/// A root in which the host's `/usr` is shown, but not its loader.
struct StubRoot {
    root: Root,
    plan: Plan,
    loader: RealLoader,
    _folder: TempDir,
}

impl StubRoot {
    fn new(plan: Plan) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let loader = store_path("libc6").join("lib/ld-linux-x86-64.so.2");
        let mut collection = Collection::new(&loader).expect("a loader");
        for package in [
            "libc6",
            "zlib1g",
            "libstdc++6",
            "libgcc-s1",
            "libssl3",
            "libatomic1",
        ] {
            collection
                .add_package(&store_path(package))
                .expect("a package");
        }
        let env = folder.path().join("env");
        let collected = collection.finish().expect("libraries");
        collected.write(&env).expect("a library environment");
        let ldshim = Path::new(env!("CARGO_BIN_EXE_ldshim"));
        let root = Root::nixos_like()
            .bind_read_only("/usr/bin", "/usr/bin")
            .bind_read_only(target().join("programs"), target().join("programs"))
            .bind_read_only(ldshim, "/w/ldshim")
            .bind_read_only(env, plan.library_env())
            .bind_read_only(stub(), Architecture::X86_64.loader_path);
        Self {
            root,
            plan,
            loader: RealLoader::read(&loader, Machine::this).expect("a loader"),
            _folder: folder,
        }
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear();
        command.env("NIX_LD_LIBRARY_PATH", self.plan.library_env());
        command.env("LD_LIBRARY_PATH", "/nonexistent:$ORIGIN/../lib");
        self.root.apply_to(&mut command, "/tmp");
        command
    }

    fn truth(&self, program: &Path) -> Answer {
        let mut command = self.command(program);
        command
            .env("LD_TRACE_LOADED_OBJECTS", "1")
            .env("LD_WARN", "yes");
        parse(&mut command, &self.loader)
    }

    /// One report about many programs is one start of ldshim instead of many.
    fn ours(&self, directory: &Path) -> Vec<Value> {
        let mut command = self.command(Path::new("/w/ldshim"));
        command.args(["explain", "--json", "--all"]).arg(directory);
        let output = command.output().expect("ldshim runs");
        let report: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
        report["files"].as_array().expect("a list").clone()
    }
}

fn compare_programs(plan: Plan) -> Result<(), libtest_mimic::Failed> {
    let root = StubRoot::new(plan);
    let mut count = 0;
    let mut differences = Vec::new();
    let programs = target().join("programs");
    for report in root
        .ours(Path::new("/usr/bin"))
        .iter()
        .chain(&root.ours(&programs))
    {
        let file = Path::new(report["path"].as_str().expect("a path"));
        let named = interpreter(file).ok().flatten();
        let is_for_stub = named.is_some_and(|it| it == Path::new(Architecture::X86_64.loader_path));
        // A program with more rights than its caller has them in the root as well, and is not traced.
        if !is_for_stub || report["kind"] != "program" || !is_executable(file) {
            continue;
        }
        assert_eq!(report["plan"]["mechanism"], mechanism(plan), "{report:#}");
        let ours = answer(report, &root.loader);
        let truth = root.truth(file);
        count += 1;
        if ours != truth {
            differences.push(format!("{}\n{}", file.display(), compare(&ours, &truth)));
        }
    }
    assert!(count >= 200, "only {count} programs");
    let shown = differences
        .iter()
        .take(5)
        .cloned()
        .collect::<Vec<_>>()
        .join("\n");
    match differences.len() {
        0 => Ok(()),
        many => Err(format!("{many} of {count} programs differ\n{shown}").into()),
    }
}

fn mechanism(plan: Plan) -> &'static str {
    match plan {
        Plan::Cache => "cache",
        Plan::Environment => "environment",
    }
}

fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(file).is_ok_and(|it| it.permissions().mode() & 0o6001 == 1)
}

/// Puts a report in the words of the loader.
fn answer(report: &Value, loader: &RealLoader) -> Answer {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let objects = report["objects"].as_array().expect("objects");
    let order = report["order"].as_array().expect("an order").iter();
    let order = order.map(|number| &objects[number.as_u64().expect("a number") as usize]);
    let libraries = order.filter(|object| {
        let names = object["names"].as_array().expect("names");
        let is_loader = names
            .iter()
            .any(|name| name.as_str() == loader.soname.as_ref().and_then(|it| it.to_str()));
        !is_loader && object["found"] != "program" && object["found"] != "loader"
    });
    let libraries = libraries.map(|it| (text(&it["names"][0]).expect("a name"), text(&it["path"])));
    let problems = report["problems"].as_array().expect("problems").iter();
    let versions = problems
        .filter(|it| it["problem"] == "missing-version")
        .map(|it| {
            let path = |number: &Value| {
                let object = &objects[number.as_u64().expect("a number") as usize];
                text(&object["path"])
                    .or_else(|| text(&report["path"]))
                    .expect("a path")
            };
            let version = it["version"].as_str().expect("a version");
            let (library, by) = (path(&it["library"]), path(&it["needed_by"][0]));
            format!("{library}: version `{version}' not found (required by {by})")
        });
    let problems = report["problems"].as_array().expect("problems").iter();
    let symbols = problems.filter(|it| it["problem"] == "missing-symbols");
    let symbols = symbols.flat_map(|it| it["symbols"].as_array().expect("symbols"));
    Answer {
        missing_symbols: symbols.filter_map(text).collect(),
        libraries: libraries.collect(),
        missing_versions: versions.collect(),
        failure: None,
    }
}

/// The loader's own cache has entries for `glibc-hwcaps`, which a library environment never has.
fn entries_for_hardware_capabilities() {
    let case = Case::new();
    let main = ["liba.so.1", "libb.so.1", "libd.so.1"].iter();
    case.elf(
        "main",
        main.fold(ElfFile::new(), |main, name| main.needs(name)),
    );
    for folder in [
        "l",
        "l/glibc-hwcaps/x86-64-v2",
        "l/glibc-hwcaps/x86-64-v3",
        "l/glibc-hwcaps/other",
    ] {
        for name in ["liba.so.1", "libb.so.1", "libd.so.1"] {
            let is_left_out = (name == "libb.so.1" && folder.ends_with("v3"))
                || (name == "libd.so.1" && folder.contains("x86-64"));
            if !is_left_out {
                case.elf(&format!("{folder}/{name}"), ElfFile::new().soname(name));
            }
        }
    }
    let cache = case.path("ld.so.cache");
    case.file("ld.so.conf", case.text("@/l\n"));
    let mut ldconfig = Command::new("/sbin/ldconfig");
    ldconfig
        .arg("-X")
        .arg("-C")
        .arg(&cache)
        .arg("-f")
        .arg(case.path("ld.so.conf"));
    let output = ldconfig.output().expect("ldconfig runs");
    assert!(output.status.success(), "{output:?}");

    let environment = Environment::new(&host_loader());
    let ours = environment
        .ours_with_cache(&cache)
        .answer(&case.path("main"));
    let root = Root::like_host()
        .expect("a root")
        .bind_read_only(&cache, "/etc/ld.so.cache");
    let mut command = environment.command(&case.path("main"));
    let folder = case.path("");
    root.apply_to(&mut command, folder);
    let truth = parse(&mut command, &environment.loader);
    let ours = ours.expect("it is an ELF file");
    assert!(ours == truth, "{}", compare(&ours, &truth));
    let paths: Vec<PathBuf> = truth
        .libraries
        .iter()
        .flat_map(|it| it.1.clone())
        .map(PathBuf::from)
        .collect();
    assert_eq!(paths.len(), 3);
    assert!(paths[2] == case.path("l/libd.so.1"), "{paths:?}");
}
