//! The order of the criteria, each against the next one.

use super::*;

const LIBRARY: &str = "liba.so.1";

/// `better` is chosen although all later criteria are for `worse`; and without what makes it better,
/// `worse` is.
#[track_caller]
fn wins(better: Provider, worse: Provider, reason: &str) {
    let mut world = World::new([better.clone(), worse]);
    let choice = world.choose_one(need(LIBRARY, &["A_1"]));
    assert_eq!(
        Some(choice.candidate.name()),
        better.attribute.map(|it| match better.output.as_str() {
            "out" => it,
            output => format!("{it}.{output}"),
        })
    );
    assert_eq!(choice.reason, reason);
    assert!(choice.is_clear);
    assert_eq!(choice.others.len(), 1);
}

#[test]
fn symbol_versions_come_before_the_top_level() {
    let mut better = package("set.inner.b", LIBRARY);
    better.versions = Some(texts(&["A_1"]));
    wins(better, package("a", LIBRARY), "known to offer A_1");
}

#[test]
fn the_top_level_comes_before_the_output() {
    let mut better = package("b", LIBRARY);
    better.output = "dev".into();
    wins(
        better,
        package("set.a", LIBRARY),
        "at the top level of nixpkgs",
    );
}

#[test]
fn an_attribute_that_only_leads_there_is_not_at_the_top_level() {
    let mut worse = package("a", LIBRARY);
    worse.top_level = false;
    wins(
        package("set.b", LIBRARY),
        worse,
        "at the top level of nixpkgs",
    );
}

#[test]
fn the_output_comes_before_the_directory() {
    let mut better = package("b", LIBRARY);
    better.path = format!("lib/b/{LIBRARY}");
    better.output = "lib".into();
    let mut worse = package("a", LIBRARY);
    worse.output = "debug".into();
    wins(better, worse, "in an output for libraries, lib");
}

#[test]
fn the_directory_comes_before_the_closure() {
    let mut worse = package("a", LIBRARY);
    worse.path = format!("lib/a/{LIBRARY}");
    let better = package("b", LIBRARY);
    let mut world = World::new([worse.clone(), better]);
    world.closures.insert(worse.store_path, 0);
    let choice = world.choose_one(need(LIBRARY, &[]));
    assert_eq!(choice.candidate.name(), "b");
    assert_eq!(choice.reason, "has it in lib/ itself");
}

#[test]
fn the_smallest_new_closure_decides_last() {
    let packages = ["a", "b", "c"].map(|it| package(it, LIBRARY));
    let mut world = World::new(packages.clone());
    world.closures.insert(packages[0].store_path.clone(), 9);
    world.closures.insert(packages[1].store_path.clone(), 8);
    let choice = world.choose_one(need(LIBRARY, &[]));
    assert_eq!(choice.candidate.name(), "b");
    assert_eq!(choice.reason, "adds the least to the store");
    let others: Vec<_> = choice.others.iter().map(|it| it.name()).collect();
    assert_eq!(others, ["a", "c"], "what is unknown comes last");
    world.closures.insert(packages[2].store_path.clone(), 0);
    let choice = world.choose_one(need(LIBRARY, &[]));
    assert_eq!(choice.candidate.name(), "c");
    assert_eq!(choice.reason, "in the store already");
}

#[test]
fn a_package_that_is_chosen_already_comes_first() {
    let other = "libb.so.1";
    let mut rest = package("set.both", LIBRARY);
    rest.output = "dev".into();
    let mut both = package("set.both", other);
    both.output = "dev".into();
    let packages = [package("a", LIBRARY), rest, both];
    let world = World::new(packages.clone());
    let choices = world
        .choose(&[need(LIBRARY, &[]), need(other, &[])])
        .unwrap();
    // Although its library comes second: the first one can wait, as there are several for it.
    assert_eq!(names(&choices), ["set.both.dev", "set.both.dev"]);
    assert_eq!(choices.libraries[0].reason, "chosen for libb.so.1 already");
    assert_eq!(choices.libraries[1].reason, "the only package that has it");
    let alone = World::new(packages).choose(&[need(LIBRARY, &[])]).unwrap();
    assert_eq!(names(&alone), ["a"], "without the other library");
}

#[test]
fn a_package_of_an_earlier_round_counts_as_chosen() {
    let world = World::new([package("a", LIBRARY), package("set.b", LIBRARY)]);
    let earlier = super::super::candidates(&world.providers[LIBRARY][1..]);
    let mut knowledge = Knowledge {
        providers: &world.providers,
        selections: &[],
        chosen: &earlier,
        facts: &world,
        glibc: None,
        glibc_package: None,
    };
    let needs = [need(LIBRARY, &[])];
    let choices = choose(&needs, &knowledge).unwrap();
    assert_eq!(names(&choices), ["set.b"]);
    assert_eq!(choices.libraries[0].reason, "chosen already");
    knowledge.chosen = &[];
    assert_eq!(names(&choose(&needs, &knowledge).unwrap()), ["a"]);
}

#[test]
fn unknown_versions_are_neither_good_nor_bad() {
    let mut too_old = package("a", LIBRARY);
    too_old.versions = Some(texts(&["A_0"]));
    let mut unversioned = package("b", LIBRARY);
    unversioned.versions = Some(Vec::new());
    let unknown = package("set.c", LIBRARY);
    let mut offers = package("set.d", LIBRARY);
    offers.versions = Some(texts(&["A_0", "A_1", "A_2"]));
    let mut packages = vec![too_old, unversioned, unknown, offers];
    let mut left = Vec::new();
    while packages.len() > 1 {
        let mut world = World::new(packages.clone());
        let chosen = world.choose_one(need(LIBRARY, &["A_1"])).candidate;
        packages.retain(|it| Some(&it.store_path) != chosen.store_path.as_ref());
        left.push(chosen.name());
    }
    assert_eq!(left, ["set.d", "set.c", "b"]);
    let error = World::new(packages).choose(&[need(LIBRARY, &["A_1"])]);
    assert!(
        matches!(error, Err(ChoiceError::NoVersions(_, 1))),
        "{error:?}"
    );
}

#[test]
fn a_chosen_package_without_the_versions_is_not_taken_again() {
    let other = "libb.so.1";
    let mut rest = package("both", LIBRARY);
    rest.versions = Some(texts(&["A_0"]));
    let world = World::new([rest, package("both", other), package("a", LIBRARY)]);
    let needs = [need(other, &[]), need(LIBRARY, &["A_1"])];
    assert_eq!(names(&world.choose(&needs).unwrap()), ["both", "a"]);
    let needs = [need(other, &[]), need(LIBRARY, &["A_0"])];
    assert_eq!(names(&world.choose(&needs).unwrap()), ["both", "both"]);
}

#[test]
fn nothing_for_a_library_is_an_error_that_names_it() {
    let world = World::new([package("a", LIBRARY)]);
    let error = world.choose(&[need("libz.so.1", &[])]).unwrap_err();
    let expected = "no package in the index has libz.so.1 (needed by program); \
                    if you know one, name it: --select libz.so.1=ATTR";
    assert_eq!(error.to_string(), expected);
    let mut empty = World::default();
    empty.providers.insert(LIBRARY.into(), Vec::new());
    let error = empty.choose(&[need(LIBRARY, &[])]).unwrap_err();
    assert_eq!(error, ChoiceError::NoProvider(need(LIBRARY, &[])));
    assert_eq!(empty.choose(&[]).unwrap(), Choices::default());
}
