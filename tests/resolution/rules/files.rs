//! Which files will do, and which are the same.

use std::fs;
use std::os::unix::fs::symlink;

use libtest_mimic::Trial;

use crate::case::Case;
use crate::elf_file::ElfFile;

const DF_1_PIE: u64 = 0x0800_0000;

fn elf() -> ElfFile {
    ElfFile::new()
}

pub(super) fn all() -> Vec<Trial> {
    named_trials![
        a_name_that_is_a_soname_needs_no_search,
        the_same_file_is_loaded_once,
        copies_of_a_file_are_two,
        a_path_is_not_searched_for,
        folders_for_hardware_capabilities_come_first,
        folders_of_old_for_hardware_capabilities_count_before_glibc_2_37,
        files_of_another_class_or_machine_are_passed_over,
        an_unusable_file_ends_the_search,
        a_link_that_leads_to_itself_ends_a_list,
    ]
}

fn a_name_that_is_a_soname_needs_no_search() {
    let case = Case::new();
    case.elf(
        "main",
        elf()
            .needs("liba.so")
            .needs("libreal.so")
            .needs("libb.so")
            .runpath("$ORIGIN"),
    );
    case.elf("liba.so", elf().soname("libreal.so"));
    case.elf("libb.so", elf().needs("libreal.so").needs("libb-too.so"));
    case.elf("libreal.so", elf());
    case.agreed().is(&[
        ("liba.so", "liba.so"),
        ("libb.so", "libb.so"),
        ("libb-too.so", "-"),
    ]);
}

fn the_same_file_is_loaded_once() {
    let case = Case::new();
    case.elf(
        "main",
        elf()
            .needs("liba.so")
            .needs("libb.so")
            .needs("libd.so")
            .runpath("$ORIGIN"),
    );
    case.plain(&["liba.so"]);
    case.link("libb.so", "liba.so");
    fs::hard_link(case.path("liba.so"), case.path("libd.so")).expect("a hard link");
    case.agreed().is(&[("liba.so", "liba.so")]);
}

fn copies_of_a_file_are_two() {
    let case = Case::new();
    case.elf(
        "main",
        elf().needs("liba.so").needs("libb.so").runpath("$ORIGIN"),
    );
    case.plain(&["liba.so", "libb.so"]);
    case.agreed()
        .is(&[("liba.so", "liba.so"), ("libb.so", "libb.so")]);
}

fn a_path_is_not_searched_for() {
    let case = Case::new();
    let (a, missing) = (case.text("@/x/liba.so"), case.text("@/x/libb.so"));
    let main = elf().needs(&a).needs("liba.so").needs(&missing);
    case.elf("main", main.runpath(&case.text("@/x:@/y")));
    case.plain(&["x/liba.so", "y/libb.so"]);
    case.agreed().is(&[(&a, "x/liba.so"), (&missing, "-")]);
}

fn folders_for_hardware_capabilities_come_first() {
    let case = Case::new();
    case.elf(
        "main",
        elf()
            .needs("liba.so")
            .needs("libb.so")
            .needs("libd.so")
            .runpath("$ORIGIN/l"),
    );
    case.plain(&["l/liba.so", "l/libb.so", "l/libd.so"]);
    case.plain(&[
        "l/glibc-hwcaps/x86-64-v2/liba.so",
        "l/glibc-hwcaps/x86-64-v3/liba.so",
    ]);
    case.plain(&[
        "l/glibc-hwcaps/x86-64-v2/libb.so",
        "l/glibc-hwcaps/x86-64-v4/libd.so",
    ]);
    case.plain(&["l/glibc-hwcaps/x86-64-v9/libb.so"]);
    let agreed = case.agreed();
    let path = agreed.answer.libraries[1]
        .1
        .as_deref()
        .expect("it is found");
    if std::arch::is_x86_feature_detected!("sse4.2") {
        assert!(path.ends_with("x86-64-v2/libb.so"), "{path}");
    }
}

fn folders_of_old_for_hardware_capabilities_count_before_glibc_2_37() {
    let case = Case::new();
    let names = ["liba.so", "libb.so", "libd.so", "libe.so"];
    let main = names.iter().fold(elf(), |main, name| main.needs(name));
    case.elf("main", main.runpath("$ORIGIN"));
    case.plain(&[
        "tls/x86_64/x86_64/liba.so",
        "tls/liba.so",
        "tls/libb.so",
        "x86_64/libb.so",
    ]);
    case.plain(&[
        "x86_64/libd.so",
        "libd.so",
        "libe.so",
        "x86_64/tls/libe.so",
        "haswell/libe.so",
    ]);
    case.agreed();
}

fn files_of_another_class_or_machine_are_passed_over() {
    let case = Case::new();
    case.elf(
        "main",
        elf()
            .needs("liba.so")
            .needs("libb.so")
            .runpath("$ORIGIN/1:$ORIGIN/2:$ORIGIN/3"),
    );
    case.elf("1/liba.so", elf().of_32_bits());
    case.elf("2/liba.so", elf().machine(183));
    case.elf("1/libb.so", elf().machine(183));
    case.plain(&["3/liba.so"]);
    case.agreed()
        .is(&[("liba.so", "3/liba.so"), ("libb.so", "-")]);
}

fn an_unusable_file_ends_the_search() {
    let text = "no library at all, and longer than an ELF header is, which is 64 bytes";
    let bad: [(&str, Vec<u8>, &str); 10] = [
        ("text", text.into(), "invalid ELF header"),
        ("short", b"\x7fELF\x02\x01\x01".into(), "file too short"),
        ("empty", Vec::new(), "file too short"),
        ("order", elf().patch(5, &[2]).bytes(), "not little-endian"),
        ("abi", elf().patch(7, &[9]).bytes(), "OS ABI invalid"),
        (
            "padding",
            elf().patch(12, &[1]).bytes(),
            "nonzero padding in e_ident",
        ),
        (
            "type",
            elf().patch(16, &[4]).bytes(),
            "only ET_DYN and ET_EXEC can be loaded",
        ),
        (
            "exec",
            elf().patch(16, &[2]).bytes(),
            "cannot dynamically load executable",
        ),
        (
            "pie",
            elf().flags_1(DF_1_PIE).bytes(),
            "position-independent executable",
        ),
        (
            "entries",
            elf().patch(54, &[57]).bytes(),
            "phentsize not the expected size",
        ),
    ];
    for (name, bytes, message) in bad {
        let case = Case::new();
        case.elf(
            "main",
            elf().needs("liba.so").runpath("$ORIGIN/1:$ORIGIN/2"),
        );
        case.file("1/liba.so", bytes);
        case.plain(&["2/liba.so"]);
        let agreed = case.agreed();
        let failure = agreed.answer.failure.as_deref().unwrap_or("nothing");
        assert!(failure.contains(message), "{name}: {failure}");
    }
    let case = Case::new();
    case.elf("main", elf().needs("liba.so").runpath("$ORIGIN"));
    case.file("liba.so/file", "");
    case.agreed().fails("cannot read file data: Error 21");
}

fn a_link_that_leads_to_itself_ends_a_list() {
    let case = Case::new();
    case.elf(
        "main",
        elf().needs("liba.so").runpath("$ORIGIN/1:$ORIGIN/2"),
    );
    case.plain(&["2/liba.so", "3/liba.so"]);
    fs::create_dir(case.path("1")).expect("a folder");
    symlink("liba.so", case.path("1/liba.so")).expect("a link");
    case.agreed().is(&[("liba.so", "-")]);
    case.agreed_with_library_path("@/1:@/3")
        .is(&[("liba.so", "-")]);
    case.agreed_with_library_path("@/3:@/1")
        .is(&[("liba.so", "3/liba.so")]);
}
