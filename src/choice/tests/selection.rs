//! What a user decides.

use super::*;

const LIBRARY: &str = "libz.so.1";

#[test]
fn what_is_selected_wins_over_everything() {
    let mut best = package("zlib", LIBRARY);
    best.versions = Some(texts(&["Z_1"]));
    let mut worst = package("set.other", LIBRARY);
    worst.output = "dev".into();
    worst.path = format!("share/{LIBRARY}");
    worst.versions = Some(texts(&["Z_0"]));
    let path = worst.store_path.display().to_string();
    for package in ["set.other", "set.other.dev", &path] {
        let text = format!("{LIBRARY}={package}");
        let mut world = World::new([best.clone(), worst.clone()]).select(&[&text]);
        let choice = world.choose_one(need(LIBRARY, &["Z_1"]));
        assert_eq!(choice.candidate.store_path, Some(worst.store_path.clone()));
        assert_eq!(
            (&*choice.reason, choice.is_clear),
            ("selected by you", true)
        );
    }
    let mut world = World::new([best, worst]);
    assert_eq!(
        world.choose_one(need(LIBRARY, &["Z_1"])).candidate.name(),
        "zlib"
    );
}

#[test]
fn an_attribute_that_the_index_does_not_know_can_be_selected() {
    for (text, attribute, output) in [
        ("zlib-ng", "zlib-ng", "out"),
        ("stdenv.cc.cc.lib", "stdenv.cc.cc", "lib"),
        ("pkgs.zlib", "pkgs.zlib", "out"),
    ] {
        let world = World::default().select(&[&format!("{LIBRARY}={text}")]);
        let choices = world.choose(&[need(LIBRARY, &[])]).unwrap();
        let candidate = &choices.libraries[0].candidate;
        assert_eq!(candidate.attribute.as_deref(), Some(attribute));
        assert_eq!((&*candidate.output, &candidate.store_path), (output, &None));
        assert_eq!(candidate.path, "lib/libz.so.1");
    }
    let path = store("zlib-2");
    let text = format!("{LIBRARY}={}", path.display());
    let choices = World::default()
        .select(&[&text])
        .choose(&[need(LIBRARY, &[])]);
    let candidate = choices.unwrap().libraries.remove(0).candidate;
    assert_eq!(
        (candidate.store_path, candidate.attribute),
        (Some(path), None)
    );
}

#[test]
fn an_output_is_named_behind_a_dot() {
    let mut package = package("z", LIBRARY);
    package.output = "lib".into();
    let path = package.store_path.clone();
    for (named, expected) in [("z.lib", Some(path)), ("zlib", None)] {
        let selection = format!("{LIBRARY}={named}");
        let mut world = World::new([package.clone()]).select(&[&selection]);
        let choice = world.choose_one(need(LIBRARY, &[]));
        assert_eq!(choice.candidate.store_path, expected, "{named}");
    }
}

#[test]
fn other_libraries_follow_what_is_selected() {
    let other = "libother.so.1";
    let packages = [
        package("zlib", LIBRARY),
        package("set.both", LIBRARY),
        package("aaa", other),
        package("set.both", other),
    ];
    let needs = [need(other, &[]), need(LIBRARY, &[])];
    let world = World::new(packages.clone());
    assert_eq!(names(&world.choose(&needs).unwrap()), ["aaa", "zlib"]);
    let world = World::new(packages).select(&["libz.so.1=set.both"]);
    assert_eq!(
        names(&world.choose(&needs).unwrap()),
        ["set.both", "set.both"]
    );
}

#[test]
fn a_name_cannot_be_selected_twice() {
    let world = World::new([package("zlib", LIBRARY)]);
    let twice = world.select(&["libz.so.1=zlib", "libz.so.1=other"]);
    let error = twice.choose(&[need(LIBRARY, &[])]).unwrap_err();
    assert_eq!(error, ChoiceError::SelectedTwice(LIBRARY.into()));
    let world = World::new([package("zlib", LIBRARY)]);
    let same = world.select(&["libz.so.1=zlib", "libz.so.1=zlib"]);
    assert!(same.choose(&[need(LIBRARY, &[])]).is_ok());
}

#[test]
fn a_selection_reads_name_and_attribute() {
    for wrong in ["", "libz.so.1", "=zlib", "libz.so.1=", "lib/libz.so.1=zlib"] {
        assert!(Selection::parse(wrong).is_err(), "{wrong}");
    }
    let selection = Selection::parse("libz.so.1=a=b").unwrap();
    assert_eq!(selection.package, "a=b");
}

#[test]
fn an_attribute_is_not_mistaken_for_a_longer_one() {
    let mut world =
        World::new(["zlib-ng", "zlib"].map(|it| package(it, LIBRARY))).select(&["libz.so.1=zlib"]);
    assert_eq!(
        world.choose_one(need(LIBRARY, &[])).candidate.name(),
        "zlib"
    );
    let mut dev = package("zlib", LIBRARY);
    dev.output = "dev".into();
    dev.store_path = store("zlib-1.0-dev");
    let mut world = World::new([dev, package("zlib", LIBRARY)]).select(&["libz.so.1=zlib.dev"]);
    assert_eq!(
        world.choose_one(need(LIBRARY, &[])).candidate.name(),
        "zlib.dev"
    );
}
