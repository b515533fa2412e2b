//! What is loaded when, and what is said of what is missing.

use libtest_mimic::Trial;

use crate::case::Case;
use crate::elf_file::ElfFile;

fn elf() -> ElfFile {
    ElfFile::new()
}

pub(super) fn all() -> Vec<Trial> {
    named_trials![
        preloaded_libraries_come_first,
        what_cannot_be_preloaded_is_left_out,
        what_is_missing_is_listed_for_each_that_needs_it,
        auxiliary_libraries_come_before_those_that_name_them,
        a_filter_that_is_missing_is_listed,
        libraries_may_need_each_other,
        versions_that_are_missing_are_told,
    ]
}

fn preloaded_libraries_come_first() {
    let case = Case::new();
    case.elf(
        "main",
        elf().needs("liba.so").needs("libb.so").runpath("$ORIGIN"),
    );
    case.plain(&["liba.so", "libb.so", "p/libp.so"]);
    case.elf("libq.so", elf().needs("libb.so").needs("liba.so"));
    let list = case.text("libb.so:@/p/libp.so  libq.so");
    let names = [case.text("@/p/libp.so")];
    case.agreed_with(|it| it.preload(list)).is(&[
        ("libb.so", "libb.so"),
        (&names[0], "p/libp.so"),
        ("libq.so", "libq.so"),
        ("liba.so", "liba.so"),
    ]);
}

fn what_cannot_be_preloaded_is_left_out() {
    let case = Case::new();
    case.elf("main", elf().needs("liba.so").runpath("$ORIGIN"));
    case.plain(&["liba.so"]);
    case.file(
        "text.so",
        "no library at all, and longer than an ELF header is, which is 64 bytes",
    );
    let list = case.text("libmissing.so @/text.so");
    case.agreed_with(|it| it.preload(list))
        .is(&[("liba.so", "liba.so")]);
}

fn what_is_missing_is_listed_for_each_that_needs_it() {
    let case = Case::new();
    case.elf(
        "main",
        elf().needs("libx.so").needs("liba.so").runpath("$ORIGIN"),
    );
    case.elf("liba.so", elf().needs("libx.so").needs("liby.so"));
    case.agreed().is(&[
        ("libx.so", "-"),
        ("liba.so", "liba.so"),
        ("libx.so", "-"),
        ("liby.so", "-"),
    ]);
}

fn auxiliary_libraries_come_before_those_that_name_them() {
    let case = Case::new();
    case.elf(
        "main",
        elf().needs("liba.so").needs("libz.so").runpath("$ORIGIN"),
    );
    let with = elf()
        .needs("libb.so")
        .auxiliary("libaux.so")
        .auxiliary("libz.so");
    case.elf(
        "liba.so",
        with.auxiliary("libmissing.so").runpath("$ORIGIN"),
    );
    case.elf("libaux.so", elf().needs("libd.so").runpath("$ORIGIN"));
    case.plain(&["libb.so", "libz.so", "libd.so"]);
    let agreed = case.agreed();
    let names: Vec<_> = agreed
        .answer
        .libraries
        .iter()
        .map(|it| it.0.as_str())
        .collect();
    let place = |name| names.iter().position(|&it| it == name);
    assert!(place("libaux.so") < place("liba.so"), "{names:?}");
}

fn a_filter_that_is_missing_is_listed() {
    let case = Case::new();
    case.elf("main", elf().needs("liba.so").runpath("$ORIGIN"));
    case.elf(
        "liba.so",
        elf().filter("libf.so").needs("libb.so").runpath("$ORIGIN"),
    );
    case.plain(&["libb.so"]);
    case.agreed();
}

fn libraries_may_need_each_other() {
    let case = Case::new();
    case.elf("main", elf().needs("liba.so").rpath("$ORIGIN"));
    case.elf("liba.so", elf().needs("libb.so").needs("liba.so"));
    case.elf("libb.so", elf().needs("liba.so").needs("libb.so"));
    case.agreed()
        .is(&[("liba.so", "liba.so"), ("libb.so", "libb.so")]);
}

fn versions_that_are_missing_are_told() {
    let case = Case::new();
    let main = elf()
        .needs("liba.so")
        .needs("libb.so")
        .needs("libx.so")
        .runpath("$ORIGIN");
    let main = main
        .needs_version("liba.so", "A_2")
        .needs_version("liba.so", "A_1");
    let main = main
        .may_use_version("liba.so", "A_3")
        .needs_version("libb.so", "B_1");
    case.elf("main", main.needs_version("libx.so", "X_1"));
    case.elf("liba.so", elf().offers_version("A_1"));
    case.plain(&["libb.so"]);
    let agreed = case.agreed();
    let versions = &agreed.answer.missing_versions;
    assert!(
        versions.len() == 1 && versions[0].contains("`A_2'"),
        "{versions:?}"
    );
}
