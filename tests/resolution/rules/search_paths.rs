//! Where is searched, and in which order.

use libtest_mimic::Trial;

use crate::case::Case;
use crate::elf_file::ElfFile;

const DF_1_NODEFLIB: u64 = 0x800;

fn elf() -> ElfFile {
    ElfFile::new()
}

pub(super) fn all() -> Vec<Trial> {
    named_trials![
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
        empty_elements_are_the_current_directory_and_slashes_do_not_count,
        the_system_directories_come_last,
        nodeflib_leaves_out_the_loaders_directories_and_what_the_cache_has_of_them,
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
