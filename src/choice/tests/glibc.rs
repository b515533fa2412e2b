//! One glibc for all.

use super::*;

fn glibc(attribute: &str, version: &str) -> Provider {
    Provider {
        attribute: Some(attribute.into()),
        store_path: store(&format!("glibc-{version}")),
        ..package("", "libc.so.6")
    }
}

/// `libc.so.6` is there, but lacks versions.
fn lacking(name: &str, versions: &[&str]) -> Need {
    Need {
        lacking: texts(versions),
        ..need(name, versions)
    }
}

/// A world whose loader is of glibc 2.38, with some others.
fn world() -> World {
    let mut world = World::new([
        glibc("glibc_old", "2.36-1"),
        glibc("glibc_same", "2.38-44"),
        glibc("glibc", "2.40-66"),
    ]);
    world.glibc = Some((2, 38));
    world.glibc_package = Some(store("glibc-2.38-44"));
    world
}

#[test]
fn a_version_that_is_lacking_brings_a_newer_glibc() {
    let choices = world().choose(&[lacking("libc.so.6", &["GLIBC_2.39"])]);
    let choices = choices.unwrap();
    assert_eq!(choices.glibc.unwrap().candidate.name(), "glibc");
    assert_eq!(choices.libraries, []);
}

#[test]
fn no_version_lacking_brings_none() {
    let mut world = world();
    world
        .providers
        .insert("liba.so".into(), vec![package("a", "liba.so")]);
    let choices = world.choose(&[need("liba.so", &["GLIBC_2.99"])]).unwrap();
    assert_eq!(choices.glibc, None);
    assert_eq!(names(&choices), ["a"]);
}

#[test]
fn a_glibc_that_is_not_new_enough_is_none() {
    for version in ["GLIBC_2.41", "GLIBC_3.0"] {
        let error = world().choose(&[lacking("libc.so.6", &[version])]);
        assert!(
            matches!(error, Err(ChoiceError::NoVersions(_, 3))),
            "{error:?}"
        );
    }
}

#[test]
fn the_newest_version_that_anybody_lacks_counts() {
    let needs = [
        lacking("libc.so.6", &["GLIBC_2.39"]),
        lacking("libm.so.6", &["GLIBC_2.41"]),
    ];
    assert!(world().choose(&needs[..1]).is_ok());
    assert!(world().choose(&needs).is_err());
    let mut newer = world();
    let known = newer.providers.get_mut("libc.so.6").unwrap();
    known.push(glibc("glibc_next", "2.41"));
    let choices = newer.choose(&needs).unwrap();
    assert_eq!(choices.glibc.unwrap().candidate.name(), "glibc_next");
    assert_eq!(choices.libraries, [], "libm comes with it");
}

#[test]
fn relative_relocations_want_glibc_2_36() {
    let mut world = world();
    world.glibc = Some((2, 35));
    let choices = world.choose(&[lacking("libc.so.6", &["GLIBC_ABI_DT_RELR"])]);
    assert!(choices.unwrap().glibc.is_some());
    world.providers.get_mut("libc.so.6").unwrap().clear();
    let old = [glibc("glibc", "2.35")];
    world.providers.insert("libc.so.6".into(), old.into());
    let error = world.choose(&[lacking("libc.so.6", &["GLIBC_ABI_DT_RELR"])]);
    assert!(error.is_err());
}

#[test]
fn offered_versions_tell_more_than_the_name() {
    let mut debian = glibc("", "");
    debian.attribute = None;
    debian.store_path = store("libc6_2.41");
    let need = lacking("libc.so.6", &["GLIBC_2.39"]);
    let mut world = World::new([debian.clone()]);
    world.glibc = Some((2, 38));
    assert!(
        world.choose(std::slice::from_ref(&need)).is_err(),
        "no glibc by its name"
    );
    debian.versions = Some(texts(&["GLIBC_2.39", "GLIBC_2.40", "GLIBC_PRIVATE"]));
    world
        .providers
        .insert("libc.so.6".into(), vec![debian.clone()]);
    let choice = world
        .choose(std::slice::from_ref(&need))
        .unwrap()
        .glibc
        .unwrap();
    assert_eq!(choice.candidate.store_path, Some(debian.store_path));
}

#[test]
fn a_package_that_only_carries_a_glibc_along_is_none() {
    let mut bundle = glibc("bundle", "2.42");
    bundle.path = "opt/bundle/lib/libc.so.6".into();
    let mut world = World::new([bundle]);
    world.glibc = Some((2, 38));
    assert!(
        world
            .choose(&[lacking("libc.so.6", &["GLIBC_2.39"])])
            .is_err()
    );
}

#[test]
fn a_part_of_glibc_is_taken_from_the_loaders_own_only() {
    let part = |version: &str| Provider {
        path: "lib/libnsl.so.1".into(),
        ..glibc("glibc", version)
    };
    let mut world = world();
    let needs = [need("libnsl.so.1", &[])];
    world
        .providers
        .insert("libnsl.so.1".into(), vec![part("2.40-66"), part("2.38-44")]);
    let choices = world.choose(&needs).unwrap();
    let chosen = choices.libraries[0].candidate.store_path.clone();
    assert_eq!(chosen, world.glibc_package);
    world.providers.get_mut("libnsl.so.1").unwrap().pop();
    assert_eq!(
        world.choose(&needs),
        Err(ChoiceError::OfGlibc(needs[0].clone()))
    );
}

#[test]
fn a_glibc_can_be_selected_and_then_has_all_of_its_parts() {
    let world = world().select(&["libc.so.6=glibc"]);
    let choices = world.choose(&[need("libnsl.so.1", &[])]).unwrap();
    let choice = choices.glibc.unwrap();
    assert_eq!(
        (choice.candidate.name(), &*choice.reason),
        ("glibc".into(), "selected by you")
    );
    assert_eq!(choices.libraries, []);
}

#[test]
fn a_selected_glibc_is_chosen_as_a_whole_and_once() {
    let mut world = world().select(&["libc.so.6=glibc"]);
    let choices = world.choose(&[need("libc.so.6", &[])]).unwrap();
    assert_eq!(choices.iter().count(), 1);
    assert!(choices.glibc.is_some());
    // In a later round nobody wants it any more.
    world
        .providers
        .insert("liba.so".into(), vec![package("a", "liba.so")]);
    let choices = world.choose(&[need("liba.so", &[])]).unwrap();
    assert_eq!(
        (choices.glibc.clone(), names(&choices)),
        (None, vec!["a".into()])
    );
}

#[test]
fn whether_a_library_is_of_glibc() {
    for name in [
        "libc.so.6",
        "libm.so.6",
        "libpthread.so.0",
        "ld-linux-x86-64.so.2",
    ] {
        assert!(super::super::is_part_of_glibc(name), "{name}");
    }
    for name in [
        "libcrypt.so.1",
        "libstdc++.so.6",
        "libc++.so.1",
        "libgcc_s.so.1",
        "libm.so",
    ] {
        assert!(!super::super::is_part_of_glibc(name), "{name}");
    }
}
