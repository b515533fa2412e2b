//! The rules of the search, one by one, on small libraries made for it.

use std::fs;
use std::os::unix::fs::symlink;

use libtest_mimic::Trial;

use crate::case::Case;
use crate::elf_file::ElfFile;

const DF_1_NODEFLIB: u64 = 0x800;
const DF_1_PIE: u64 = 0x0800_0000;

fn elf() -> ElfFile {
    ElfFile::new()
}

macro_rules! trials {
    ($($name:ident),* $(,)?) => {
        vec![$(Trial::test(concat!("rules::", stringify!($name)), || {
            $name();
            Ok(())
        })),*]
    };
}

pub fn trials() -> Vec<Trial> {
    trials![
        rpath_comes_before_the_library_path_and_runpath_after_it,
        rpath_counts_for_the_libraries_of_libraries,
        rpath_of_the_program_counts_for_all,
        runpath_counts_for_its_own_object_only,
        an_object_with_runpath_looks_at_no_rpath,
        rpath_does_not_count_beside_runpath,
        origin_is_the_folder_in_which_a_library_was_found,
        origin_in_names_and_in_the_library_path,
        lib_and_platform_stand_for_folders,
        a_name_with_a_token_that_stands_for_nothing_is_literal,
        nodeflib_leaves_out_the_loaders_directories_and_what_the_cache_has_of_them,
        a_name_that_is_a_soname_needs_no_search,
        the_same_file_is_loaded_once,
        copies_of_a_file_are_two,
        a_path_is_not_searched_for,
        folders_for_hardware_capabilities_come_first,
        folders_of_old_for_hardware_capabilities_count_before_glibc_2_37,
        preloaded_libraries_come_first,
        what_cannot_be_preloaded_is_left_out,
        files_of_another_class_or_machine_are_passed_over,
        an_unusable_file_ends_the_search,
        what_is_missing_is_listed_for_each_that_needs_it,
        auxiliary_libraries_come_before_those_that_name_them,
        a_filter_that_is_missing_is_listed,
        libraries_may_need_each_other,
        empty_elements_are_the_current_directory_and_slashes_do_not_count,
        a_link_that_leads_to_itself_ends_a_list,
        versions_that_are_missing_are_told,
        the_system_directories_come_last,
    ]
}

fn rpath_comes_before_the_library_path_and_runpath_after_it() {
    let case = Case::new();
    case.plain(&[
        "r/liba.so",
        "u/liba.so",
        "u/libb.so",
        "u/libc1.so",
        "r/libc1.so",
    ]);
    let main = elf().needs("liba.so").needs("libb.so").needs("libc1.so");
    case.elf("main", main.clone().rpath(&case.text("@/r")));
    let expected = [
        ("liba.so", "r/liba.so"),
        ("libb.so", "u/libb.so"),
        ("libc1.so", "r/libc1.so"),
    ];
    case.agreed_with_library_path("@/u").is(&expected);
    case.elf("main", main.runpath(&case.text("@/r")));
    let expected = [
        ("liba.so", "u/liba.so"),
        ("libb.so", "u/libb.so"),
        ("libc1.so", "u/libc1.so"),
    ];
    case.agreed_with_library_path("@/u").is(&expected);
}

fn rpath_counts_for_the_libraries_of_libraries() {
    let case = Case::new();
    case.elf("main", elf().needs("liba.so").runpath(&case.text("@/m")));
    case.elf("m/liba.so", elf().needs("libb.so").rpath(&case.text("@/x")));
    case.elf("x/libb.so", elf().needs("libd.so"));
    case.plain(&["x/libd.so", "m/libd.so"]);
    let all = [
        ("liba.so", "m/liba.so"),
        ("libb.so", "x/libb.so"),
        ("libd.so", "x/libd.so"),
    ];
    case.agreed().is(&all);
}

fn rpath_of_the_program_counts_for_all() {
    let case = Case::new();
    case.elf("main", elf().needs("liba.so").rpath(&case.text("@/m")));
    case.elf("m/liba.so", elf().needs("libb.so").rpath("/nonexistent"));
    case.elf("m/libb.so", elf().needs("libd.so"));
    case.plain(&["m/libd.so"]);
    let all = [
        ("liba.so", "m/liba.so"),
        ("libb.so", "m/libb.so"),
        ("libd.so", "m/libd.so"),
    ];
    case.agreed().is(&all);
}

fn runpath_counts_for_its_own_object_only() {
    let case = Case::new();
    case.elf("main", elf().needs("liba.so").runpath(&case.text("@/m")));
    case.elf("m/liba.so", elf().needs("libb.so"));
    case.plain(&["m/libb.so"]);
    case.agreed()
        .is(&[("liba.so", "m/liba.so"), ("libb.so", "-")]);
}

fn an_object_with_runpath_looks_at_no_rpath() {
    let case = Case::new();
    case.elf("main", elf().needs("liba.so").rpath(&case.text("@/m")));
    case.elf("m/liba.so", elf().needs("libb.so").runpath("/nonexistent"));
    case.plain(&["m/libb.so"]);
    case.agreed()
        .is(&[("liba.so", "m/liba.so"), ("libb.so", "-")]);
}

fn rpath_does_not_count_beside_runpath() {
    let case = Case::new();
    let paths = elf().rpath(&case.text("@/r")).runpath(&case.text("@/u"));
    case.elf("main", paths.needs("liba.so"));
    case.elf("u/liba.so", elf().needs("libb.so"));
    case.plain(&["r/liba.so", "r/libb.so"]);
    case.agreed()
        .is(&[("liba.so", "u/liba.so"), ("libb.so", "-")]);
}

fn origin_is_the_folder_in_which_a_library_was_found() {
    let case = Case::new();
    case.elf("main", elf().needs("liba.so").runpath("$ORIGIN/links"));
    case.elf(
        "real/liba.so",
        elf()
            .needs("libb.so")
            .needs("libd.so")
            .runpath("${ORIGIN}:$ORIGIN/../x"),
    );
    case.plain(&["real/libb.so", "x/libd.so"]);
    case.link("links/liba.so", "../real/liba.so");
    // The link's folder counts, not that of the file.
    case.agreed().is(&[
        ("liba.so", "links/liba.so"),
        ("libb.so", "-"),
        ("libd.so", "links/../x/libd.so"),
    ]);
}

fn origin_in_names_and_in_the_library_path() {
    let case = Case::new();
    case.elf("main", elf().needs("$ORIGIN/a/liba.so").needs("libb.so"));
    case.elf("a/liba.so", elf().needs("$ORIGIN/libd.so"));
    case.plain(&["a/libd.so", "l/libb.so"]);
    let agreed = case.agreed_with_library_path("$ORIGIN/l");
    let names = ["@/a/liba.so", "libb.so", "@/a/libd.so"].map(|it| case.text(it));
    agreed.is(&[
        (&names[0], "a/liba.so"),
        (&names[1], "l/libb.so"),
        (&names[2], "a/libd.so"),
    ]);
}

fn lib_and_platform_stand_for_folders() {
    let case = Case::new();
    let paths = "$ORIGIN/1/$LIB:${ORIGIN}/2/${PLATFORM}x:$ORIGIN/3/$LIBX:$ORIGIN/4/$PLATFORM";
    let main = elf()
        .needs("liba.so")
        .needs("libb.so")
        .needs("libd.so")
        .needs("libe.so");
    case.elf("main", main.runpath(paths));
    let folders = [
        "1/lib/x86_64-linux-gnu",
        "2/x86_64x",
        "3/$LIBX",
        "4/x86_64",
        "4/haswell",
    ];
    for (folder, name) in folders
        .iter()
        .zip(["liba.so", "libb.so", "libd.so", "libe.so", "libe.so"])
    {
        case.plain(&[&format!("{folder}/{name}")]);
    }
    let agreed = case.agreed();
    let missing = agreed.answer.libraries.iter().filter(|it| it.1.is_none());
    // Where processors by Intel have another name, one more is missing.
    assert!(missing.count() <= 1 && agreed.answer.libraries.len() == 4);
}

fn a_name_with_a_token_that_stands_for_nothing_is_literal() {
    let case = Case::new();
    case.elf(
        "main",
        elf()
            .needs("lib$ORIGINAL.so")
            .needs("lib$.so")
            .runpath("$ORIGIN/$X"),
    );
    case.plain(&["$X/lib$ORIGINAL.so", "$X/lib$.so"]);
    case.agreed().is(&[
        ("lib$ORIGINAL.so", "$X/lib$ORIGINAL.so"),
        ("lib$.so", "$X/lib$.so"),
    ]);
}

fn nodeflib_leaves_out_the_loaders_directories_and_what_the_cache_has_of_them() {
    let case = Case::new();
    let main = elf().needs("liba.so").needs("libm.so.6").runpath("$ORIGIN");
    case.elf("main", main.flags_1(DF_1_NODEFLIB));
    case.elf("liba.so", elf().needs("libdl.so.2").needs("libm.so.6"));
    let agreed = case.agreed();
    let found = |name| {
        agreed
            .answer
            .libraries
            .iter()
            .filter(move |it| it.0 == name)
    };
    let is_found: Vec<_> = found("libm.so.6").map(|it| it.1.is_some()).collect();
    assert_eq!(
        is_found,
        [false, true],
        "missing for one, and not for the other"
    );
    assert!(found("libdl.so.2").all(|it| it.1.is_some()));
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

fn empty_elements_are_the_current_directory_and_slashes_do_not_count() {
    let case = Case::new();
    case.elf(
        "main",
        elf()
            .needs("liba.so")
            .needs("libb.so")
            .runpath(&case.text("@/x//:@/x/:")),
    );
    case.plain(&["x/liba.so", "y/libb.so"]);
    let list = "/nonexistent;@/y///::@/x";
    case.agreed_with_library_path(list)
        .is(&[("liba.so", "x/liba.so"), ("libb.so", "y/libb.so")]);
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

fn the_system_directories_come_last() {
    let case = Case::new();
    case.elf(
        "main",
        elf().needs("libm.so.6").needs("liba.so").runpath("$ORIGIN"),
    );
    case.elf("liba.so", elf().needs("libdl.so.2"));
    let agreed = case.agreed_with(|it| it.without_cache());
    assert!(agreed.answer.libraries.iter().all(|it| it.1.is_some()));
}
