//! A piece of work for one package of the manifest, as data: what is run, and what it has to print. The tables are in `table/`.
//!
//! Each is done in a root whose library environment has glibc's libraries, those of the interpreter, and those that the
//! table says are needed: so the table is tried too, in both directions.

use std::path::Path;
use std::process::Output;

use crate::common::{Plan, TestRoot};
use crate::fetched;

/// The libraries of Debian's Python and of its own modules.
const OF_PYTHON: &[&str] = &[
    "zlib1g",
    "libexpat1",
    "libffi8",
    "libssl3",
    "libbz2-1.0",
    "liblzma5",
];

/// The libraries of Node.js.
const OF_NODE: &[&str] = &["libstdc++6", "libgcc-s1", "libatomic1"];

/// What a package is used for.
pub struct Work {
    /// The package, by its name in the manifest. So is the test called.
    pub package: &'static str,
    /// Other packages of the manifest that it uses.
    pub with: Packages,
    /// The packages of the store whose libraries it needs, beyond glibc's and its interpreter's. Without them it has to fail.
    pub needs: Packages,
    /// What is run.
    pub run: Run,
    /// What that writes to standard output.
    pub prints: &'static str,
}

/// How a package is used.
pub enum Run {
    /// A script for Python, which has to load a library of the package.
    Python(&'static str),
    /// A script for Node.js, which has to load an addon of the package.
    Node(&'static str),
    /// A script for the shell, which finds the executable of the package by its name.
    Program(Shell),
    /// The same of one that asks for no loader, and so does the same where no stub is.
    Static(Shell),
}

/// What is done with an executable.
pub struct Shell {
    /// Files in the current folder, with their contents.
    pub files: Files,
    /// The script. Busybox is its shell, and all its other commands.
    pub script: &'static str,
}

/// Names of files with their contents.
pub type Files = &'static [(&'static str, &'static str)];

/// Names of packages.
type Packages = &'static [&'static str];

impl Work {
    /// A row about a module of Python.
    pub const fn python(
        package: &'static str,
        with: Packages,
        needs: Packages,
        script: &'static str,
        prints: &'static str,
    ) -> Self {
        let run = Run::Python(script);
        Self {
            package,
            with,
            needs,
            run,
            prints,
        }
    }

    /// A row about an addon of Node.js.
    pub const fn node(
        package: &'static str,
        with: Packages,
        needs: Packages,
        script: &'static str,
        prints: &'static str,
    ) -> Self {
        let run = Run::Node(script);
        Self {
            package,
            with,
            needs,
            run,
            prints,
        }
    }

    /// A row about a program.
    pub const fn program(
        package: &'static str,
        needs: Packages,
        files: Files,
        script: &'static str,
        prints: &'static str,
    ) -> Self {
        let run = Run::Program(Shell { files, script });
        Self {
            package,
            with: &[],
            needs,
            run,
            prints,
        }
    }

    /// A row about a program that asks for no loader.
    pub const fn static_program(
        package: &'static str,
        files: Files,
        script: &'static str,
        prints: &'static str,
    ) -> Self {
        let run = Run::Static(Shell { files, script });
        Self {
            package,
            with: &[],
            needs: &[],
            run,
            prints,
        }
    }

    /// Whether a package of it is large, so that it is done only where all work is asked for.
    pub fn is_large(&self) -> bool {
        self.packages().any(fetched::is_large)
    }

    /// Does the work, and shows that it can not be done without the stub, nor without what it needs.
    pub fn check(&self, plan: Plan) {
        let root = self.root(plan, self.needs);
        let said = self
            .do_in(&root, TestRoot::output)
            .unwrap_or_else(|said| panic!("{}: {said}", self.package));
        let expected = self.prints.trim_start_matches('\n');
        assert_eq!(said, expected, "{}", self.package);

        if let Run::Static(_) = self.run {
            assert_eq!(
                self.do_in(&root, TestRoot::output_without_stub).as_deref(),
                Ok(expected)
            );
        } else {
            root.assert_fails_without_stub(&self.started());
        }
        if !self.needs.is_empty() {
            let said = self.do_in(&self.root(plan, &[]), TestRoot::output);
            assert_ne!(
                said.as_deref(),
                Ok(expected),
                "{} needs no {:?}",
                self.package,
                self.needs
            );
        }
    }

    fn packages(&self) -> impl Iterator<Item = &'static str> {
        [self.package].into_iter().chain(self.with.iter().copied())
    }

    /// A root with all packages, and with the libraries of `needs`.
    fn root(&self, plan: Plan, needs: &[&str]) -> TestRoot {
        let of_interpreter = match self.run {
            Run::Python(_) => OF_PYTHON,
            Run::Node(_) => OF_NODE,
            Run::Program(_) | Run::Static(_) => &[],
        };
        let mut root = TestRoot::with_packages(plan, &[of_interpreter, needs].concat());
        root.add_shell();
        root.set("HOME", "/tmp");
        for package in self.packages() {
            fetched::add_at(&mut root, package, &place(package, &self.run));
        }
        match self.run {
            Run::Python(_) => {
                let places: Vec<_> = self.packages().map(|it| place(it, &self.run)).collect();
                root.set("PYTHONPATH", places.join(":"));
                fetched::add(&mut root, "python");
            }
            Run::Node(_) => {
                root.set("NODE_PATH", "/w/node_modules");
                fetched::add(&mut root, "node");
            }
            Run::Program(_) | Run::Static(_) => {
                let program = self.started();
                let folder = Path::new(&program).parent().expect("a folder");
                root.set("PATH", format!("{}:/bin", folder.display()));
            }
        }
        root
    }

    /// The path of the program that is started.
    fn started(&self) -> String {
        let package = match self.run {
            Run::Python(_) => "python",
            Run::Node(_) => "node",
            Run::Program(_) | Run::Static(_) => self.package,
        };
        format!("/w/{package}/{}", fetched::executable(package))
    }

    /// What is printed; if Python or Node.js fails, as an error what they print on standard error too.
    fn do_in(
        &self,
        root: &TestRoot,
        start: fn(&TestRoot, &str, &[&str]) -> Output,
    ) -> Result<String, String> {
        let place = place(self.package, &self.run);
        let output = match &self.run {
            Run::Python(work) => {
                root.write("work.py", &format!("{work}\n{}", mapped_in_python(&place)));
                start(root, &self.started(), &["work.py"])
            }
            Run::Node(work) => {
                root.write("work.js", &format!("{}\n{work}", mapped_in_node(&place)));
                start(root, &self.started(), &["work.js"])
            }
            Run::Program(shell) | Run::Static(shell) => {
                for (name, contents) in shell.files {
                    root.write(name, contents);
                }
                start(root, "/bin/sh", &["-c", shell.script])
            }
        };
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let is_done =
            output.status.success() || matches!(self.run, Run::Program(_) | Run::Static(_));
        if is_done {
            return Ok(said);
        }
        Err(format!(
            "{said}{}{}",
            String::from_utf8_lossy(&output.stderr),
            output.status
        ))
    }
}

/// Where a package is in the root.
fn place(package: &str, run: &Run) -> String {
    match run {
        Run::Node(_) => format!("/w/node_modules/{}", fetched::name_in_registry(package)),
        _ => format!("/w/{package}"),
    }
}

/// Ends a script for Python: it fails if it did without the libraries in `place`, as modules do that have another way.
fn mapped_in_python(place: &str) -> String {
    format!(
        "if '{place}/' not in open('/proc/self/maps').read(): raise SystemExit('no library of {place} was loaded')\n"
    )
}

/// The same for Node.js, as its beginning.
fn mapped_in_node(place: &str) -> String {
    format!(
        "process.on('exit', () => {{
           if (!require('fs').readFileSync('/proc/self/maps', 'utf8').includes('{place}/')) {{
             console.error('no addon of {place} was loaded');
             process.exitCode = 1;
           }}
         }});"
    )
}
