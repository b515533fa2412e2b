//! When a user has to be asked.

use super::*;

const LIBRARY: &str = "libcurl.so.4";

#[test]
fn two_packages_that_are_as_good_are_not_clear() {
    let mut world = World::new(["zebra", "b-long-name"].map(|it| package(it, LIBRARY)));
    let choice = world.choose_one(need(LIBRARY, &[]));
    assert!(!choice.is_clear);
    assert_eq!(choice.reason, "the first of several that are as good");
    let names: Vec<_> = choice.alternatives().iter().map(|it| it.name()).collect();
    assert_eq!(names, ["zebra", "b-long-name"]);
    let choices = world.choose(&[need(LIBRARY, &[])]).unwrap();
    assert_eq!(choices.unclear().unwrap().need.name, LIBRARY);
}

#[test]
fn one_difference_makes_it_clear() {
    let packages = ["a", "b"].map(|it| package(it, LIBRARY));
    let mut world = World::new(packages.clone());
    assert!(!world.choose_one(need(LIBRARY, &[])).is_clear);
    world.closures.insert(packages[1].store_path.clone(), 0);
    let choice = world.choose_one(need(LIBRARY, &[]));
    assert!(choice.is_clear);
    assert_eq!(choice.alternatives().len(), 1);
    assert_eq!(choice.candidate.name(), "b");
    assert_eq!(world.choose(&[need(LIBRARY, &[])]).unwrap().unclear(), None);
}

#[test]
fn a_package_that_is_worse_makes_nothing_unclear() {
    let packages = ["a", "set.b", "set.c"].map(|it| package(it, LIBRARY));
    assert!(World::new(packages).choose_one(need(LIBRARY, &[])).is_clear);
}

#[test]
fn versions_of_one_package_are_clear_and_the_newest_is_taken() {
    let version = |attribute: &str, version: &str| {
        let store_path = store(&format!("curl-{version}"));
        Provider {
            store_path,
            ..package(attribute, LIBRARY)
        }
    };
    let packages = [
        version("x9", "8.9.1"),
        version("y10", "8.10.0"),
        version("z", "8.2"),
    ];
    let mut world = World::new(packages);
    let choice = world.choose_one(need(LIBRARY, &[]));
    assert!(choice.is_clear);
    assert_eq!(choice.candidate.name(), "y10");
    assert_eq!(choice.reason, "the newest of several versions");
}

#[test]
fn the_package_that_is_called_like_the_library_is_proposed_first() {
    for name in ["curl", "libcurl", "set.curl"] {
        let other = if name.contains('.') { "set.a" } else { "a" };
        let mut world = World::new([other, name].map(|it| package(it, LIBRARY)));
        let choice = world.choose_one(need(LIBRARY, &[]));
        assert_eq!(
            (choice.candidate.name(), choice.is_clear),
            (name.into(), false)
        );
    }
}

#[test]
fn what_two_sources_know_of_one_package_is_put_together() {
    let mut local = package("curl", LIBRARY);
    local.attribute = None;
    local.versions = Some(texts(&["CURL_4"]));
    local.source = Source::Local;
    let mut world = World::new([local, package("curl", LIBRARY)]);
    let choice = world.choose_one(need(LIBRARY, &["CURL_4"]));
    assert_eq!(choice.candidate.name(), "curl");
    assert_eq!(choice.candidate.versions, Some(texts(&["CURL_4"])));
    assert_eq!(choice.reason, "the only package that has it");
    assert_eq!(choice.others, []);
}

#[test]
fn the_order_is_total_for_any_packages() {
    // Names, versions and attributes that could lead in a circle.
    let mut packages = Vec::new();
    for (attribute, name) in [
        (Some("zz.long.attribute"), "x-2"),
        (Some("a"), "x-1"),
        (Some("middle"), "y-1"),
        (Some("curl"), "curl"),
        (None, "x-3"),
        (Some("a"), ""),
    ] {
        for (output, top_level) in [("out", true), ("dev", false), ("lib", true)] {
            packages.push(Provider {
                attribute: attribute.map(Into::into),
                output: output.into(),
                top_level,
                store_path: store(&format!("{name}-{output}")),
                ..package("", LIBRARY)
            });
        }
    }
    let mut world = World::new(packages.clone());
    let first = world.choose_one(need(LIBRARY, &[]));
    assert_eq!(first.others.len() + 1, packages.len());
    for turn in 1..packages.len() {
        packages.rotate_left(turn);
        let choices = World::new(packages.clone()).choose(&[need(LIBRARY, &[])]);
        let choice = choices.unwrap().libraries.remove(0);
        let (others, expected) = (&choice.others, &first.others);
        assert_eq!(
            (choice.candidate, others),
            (first.candidate.clone(), expected)
        );
    }
}
