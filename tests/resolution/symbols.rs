//! Symbols that are missing: programs that the compiler makes, whose library is then another one. The loader says which it misses,
//! and starts them.

use std::process::Command;

use libtest_mimic::Trial;

use crate::case::Case;
use crate::truth::{Environment, host_loader};

pub fn trials() -> Vec<Trial> {
    ROWS.iter()
        .map(|row| {
            Trial::test(format!("symbols::{}", row.name), || {
                row.check();
                Ok(())
            })
        })
        .collect()
}

/// A program `main` that is linked with `libx.so`, which is then made once more.
struct Row {
    name: &'static str,
    program: &'static str,
    /// Arguments of the compiler, for the program.
    arguments: &'static [&'static str],
    /// The library that the program is linked with.
    before: &'static str,
    /// The library that it gets.
    after: &'static str,
    /// A library that is preloaded.
    preload: Option<&'static str>,
    /// The symbols that are missing at the start.
    missing: &'static [&'static str],
}

const NOW: &[&str] = &["-Wl,-z,now"];
const LAZY: &[&str] = &["-Wl,-z,lazy", "-fplt"];
/// Data is copied into such a program.
const AT_A_FIXED_ADDRESS: &[&str] = &["-no-pie", "-fno-pie", "-Wl,-z,lazy"];

const CALLS_F: &str = "int f(void); int main(int n, char **a) { return n > 5 ? f() : 0; }";
const READS_D: &str = "extern int d; int main(void) { return d == 77; }";
const WITH_ALL: &str =
    "int d = 5; int f(void) { return 0; } int g(void) { return 0; } int h(void) { return 0; }";
const WITHOUT: &str = "int other(void) { return 0; }";

const BASE: Row = Row {
    name: "",
    program: CALLS_F,
    arguments: NOW,
    before: WITH_ALL,
    after: WITH_ALL,
    preload: None,
    missing: &[],
};

const ROWS: &[Row] = &[
    Row {
        name: "all_are_there",
        ..BASE
    },
    Row {
        name: "a_function_that_is_bound_at_the_start",
        after: WITHOUT,
        missing: &["f"],
        ..BASE
    },
    Row {
        name: "flags_of_old_linkers",
        arguments: &["-Wl,-z,now,--disable-new-dtags"],
        after: WITHOUT,
        missing: &["f"],
        ..BASE
    },
    Row {
        name: "a_hash_table_of_old",
        arguments: &["-Wl,-z,now,--hash-style=sysv"],
        after: WITHOUT,
        missing: &["f"],
        ..BASE
    },
    Row {
        name: "several_functions",
        program: "int f(void), g(void), h(void); int main(int n, char **a) { return n > 5 ? f() + g() + h() : 0; }",
        after: "int g(void) { return 0; }",
        missing: &["f", "h"],
        ..BASE
    },
    Row {
        name: "a_function_that_is_bound_at_its_call",
        arguments: LAZY,
        after: WITHOUT,
        ..BASE
    },
    Row {
        name: "data_even_where_functions_are_bound_at_their_calls",
        program: READS_D,
        arguments: LAZY,
        after: WITHOUT,
        missing: &["d"],
        ..BASE
    },
    Row {
        name: "data_that_is_copied",
        program: READS_D,
        arguments: AT_A_FIXED_ADDRESS,
        after: WITHOUT,
        missing: &["d"],
        ..BASE
    },
    Row {
        name: "data_that_is_copied_and_there",
        program: READS_D,
        arguments: AT_A_FIXED_ADDRESS,
        ..BASE
    },
    Row {
        name: "the_address_of_a_function",
        program: "int f(void); int (*p)(void) = f; int main(void) { return p == 0; }",
        arguments: LAZY,
        after: WITHOUT,
        missing: &["f"],
        ..BASE
    },
    Row {
        name: "a_weak_one",
        program: "__attribute__((weak)) int f(void); int main(void) { return f ? f() : 0; }",
        after: WITHOUT,
        ..BASE
    },
    Row {
        name: "one_that_a_weak_one_satisfies",
        after: "__attribute__((weak)) int f(void) { return 0; }",
        ..BASE
    },
    Row {
        name: "one_that_the_library_has_for_itself_only",
        after: "__attribute__((visibility(\"hidden\"))) int f(void) { return 0; } int other(void) { return f(); }",
        missing: &["f"],
        ..BASE
    },
    Row {
        name: "one_that_a_preloaded_library_has",
        after: WITHOUT,
        preload: Some("int f(void) { return 0; }"),
        ..BASE
    },
    Row {
        name: "one_that_a_preloaded_library_wants",
        preload: Some("extern int nobody; int other(void) { return nobody; }"),
        missing: &["nobody"],
        ..BASE
    },
    Row {
        name: "one_that_the_library_has_of_the_program",
        program: "int of_main(void) { return 0; } int f(void); int main(void) { return f(); }",
        arguments: &["-Wl,-z,now", "-rdynamic", "-Wl,--allow-shlib-undefined"],
        after: "extern int of_main(void); int (*p)(void) = of_main; int f(void) { return 0; }",
        ..BASE
    },
    Row {
        name: "one_that_the_program_has_and_does_not_show",
        program: "int of_main(void) { return 0; } int f(void); int main(void) { return f(); }",
        after: "extern int of_main(void); int (*p)(void) = of_main; int f(void) { return 0; }",
        missing: &["of_main"],
        ..BASE
    },
    Row {
        name: "one_of_the_loader",
        program: "extern void *__tls_get_addr(void *); void *(*p)(void *) = __tls_get_addr; int f(void); int main(void) { return f(); }",
        ..BASE
    },
    Row {
        name: "data_of_a_thread",
        program: "extern __thread int t; int main(void) { return t; }",
        before: "__thread int t;",
        after: WITHOUT,
        missing: &["t"],
        ..BASE
    },
];

impl Row {
    #[track_caller]
    fn check(&self) {
        let case = Case::new();
        let cc = |arguments: &[&str], source: &str| {
            case.file("source.c", source);
            let mut cc = Command::new("cc");
            cc.current_dir(case.path(""))
                .args(["-O0", "source.c"])
                .args(arguments);
            assert!(
                cc.status().expect("a C compiler").success(),
                "{arguments:?}"
            );
        };
        let library = |file, source| cc(&["-shared", "-fPIC", "-o", file], source);
        library("libx.so", self.before);
        let program = ["-o", "main", "-Wl,--no-as-needed,-rpath,$ORIGIN", "libx.so"];
        cc(&[self.arguments, &program].concat(), self.program);
        library("libx.so", self.after);
        let preload = self.preload.map(|source| {
            library("libp.so", source);
            case.path("libp.so")
        });
        let agreed = case.agreed_with(|it| match &preload {
            Some(preload) => it.preload(preload),
            None => it,
        });
        let missing: Vec<_> = agreed.answer.missing_symbols.iter().collect();
        assert_eq!(missing, self.missing);

        let environment = Environment::new(&host_loader());
        let mut start = environment.command(&case.path("main"));
        start.env_remove("LD_TRACE_LOADED_OBJECTS");
        if let Some(preload) = &preload {
            start.env("LD_PRELOAD", preload);
        }
        let output = start.output().expect("the loader runs");
        let message = String::from_utf8_lossy(&output.stderr);
        let expected = if self.missing.is_empty() { 0 } else { 127 };
        assert_eq!(output.status.code(), Some(expected), "{message}");
        assert_eq!(
            message.contains("symbol lookup error: "),
            expected == 127,
            "{message}"
        );
    }
}
