use std::boxed::Box;
use std::vec::Vec;

use super::*;

mod library_paths;

const DEFAULT: &[u8] = b"/run/current-system/sw/share/nix-ld/lib";

fn inputs<'a>() -> Inputs<'a> {
    Inputs {
        c_library: CLibrary::Glibc,
        settings: settings(Settings::default()),
        secure: false,
        baked: Baked::default(),
        pin: None,
    }
}

/// Settings as they have to be: not the inputs' own.
fn settings<'a>(settings: Settings<'a>) -> &'a Settings<'a> {
    Box::leak(Box::new(settings))
}

/// Decides on a system that has just these files.
fn decide_with<'a>(inputs: &Inputs<'a>, files: &[&[u8]]) -> Plan<'a> {
    decide(inputs, |dir, file| {
        files.contains(&[dir, file.as_bytes()].concat().as_slice())
    })
}

fn loaders<'a>(plan: &Plan<'a>) -> Vec<(Origin, LoaderPath<'a>)> {
    plan.loaders
        .iter()
        .flatten()
        .map(|candidate| (candidate.origin, candidate.path))
        .collect()
}

#[test]
fn tries_the_loaders_in_the_documented_order() {
    let mut inputs = inputs();
    inputs.settings = settings(Settings {
        loader_of_system: Some(c"/1"),
        loader: Some(c"/2"),
        libraries: Some(c"/d"),
        ..Settings::default()
    });
    inputs.baked.loader = Some(c"/5");
    assert_eq!(
        loaders(&decide_with(&inputs, &[])),
        [
            (Origin::SystemVariable, LoaderPath::File(c"/1")),
            (Origin::Variable, LoaderPath::File(c"/2")),
            (Origin::LibraryEnvironment, LoaderPath::Inside(b"/d")),
            (Origin::Default, LoaderPath::Inside(DEFAULT)),
            (Origin::Baked, LoaderPath::File(c"/5")),
        ]
    );
}

#[test]
fn asks_for_the_defaults_loader_once() {
    let plan = decide_with(&inputs(), &[DEFAULT]);
    assert_eq!(
        loaders(&plan),
        [(Origin::LibraryEnvironment, LoaderPath::Inside(DEFAULT))]
    );
}

#[test]
fn takes_the_cache_of_a_single_directory() {
    for value in [c"/d", c"/d:", c":/d", c";/d:"] {
        let mut inputs = inputs();
        inputs.settings = settings(Settings {
            libraries: Some(value),
            ..Settings::default()
        });
        let libraries = decide_with(&inputs, &[b"/d/ld.so.cache"])
            .libraries
            .unwrap();
        assert_eq!(
            (libraries.origin, libraries.mechanism),
            (Origin::Variable, Mechanism::Cache),
            "{value:?}"
        );
    }
}

#[test]
fn takes_the_environment_without_a_cache_for_several_directories_and_for_relative_ones() {
    let everywhere: &[&[u8]] = &[b"/a/ld.so.cache", b"/b/ld.so.cache", b"r/ld.so.cache"];
    for value in [c"/nowhere", c"/a:/b", c"r"] {
        let mut inputs = inputs();
        inputs.settings = settings(Settings {
            libraries: Some(value),
            ..Settings::default()
        });
        assert_eq!(
            decide_with(&inputs, everywhere)
                .libraries
                .unwrap()
                .mechanism,
            Mechanism::Environment,
            "{value:?}"
        );
    }
}

#[test]
fn prefers_the_systems_own_variable() {
    let mut inputs = inputs();
    inputs.settings = settings(Settings {
        libraries_of_system: Some(c"/own"),
        libraries: Some(c"/any"),
        ..Settings::default()
    });
    assert_eq!(decide_with(&inputs, &[]).libraries.unwrap().path, b"/own");
}

#[test]
fn falls_back_on_the_baked_directory_then_on_the_default() {
    let origin = |inputs: &Inputs<'_>, files: &[&[u8]]| {
        decide_with(inputs, files)
            .libraries
            .map(|libraries| (libraries.origin, libraries.mechanism))
    };
    let cache = [DEFAULT, b"/ld.so.cache"].concat();
    let mut inputs = inputs();
    assert_eq!(origin(&inputs, &[]), None);
    assert_eq!(
        origin(&inputs, &[DEFAULT, &cache]),
        Some((Origin::Default, Mechanism::Cache))
    );
    assert_eq!(
        origin(&inputs, &[DEFAULT]),
        Some((Origin::Default, Mechanism::Environment))
    );
    inputs.baked.library_dir = Some(c"/baked");
    assert_eq!(
        origin(&inputs, &[DEFAULT, &cache]),
        Some((Origin::Baked, Mechanism::Environment))
    );
    inputs.baked.cache_place = Some(c"1 2");
    assert_eq!(
        origin(&inputs, &[]),
        Some((Origin::Baked, Mechanism::Cache))
    );
}

#[test]
fn lets_nothing_of_the_environment_count_under_at_secure() {
    let mut inputs = inputs();
    inputs.settings = settings(Settings {
        loader: Some(c"/evil"),
        loader_of_system: Some(c"/evil"),
        libraries: Some(c"/evil"),
        libraries_of_system: Some(c"/evil"),
        ..Settings::default()
    });
    inputs.baked = Baked {
        loader: Some(c"/b/ld.so"),
        library_dir: Some(c"/b"),
        cache_place: Some(c"1 2"),
        ..Baked::default()
    };
    let files: &[&[u8]] = &[b"/evil/ld.so.cache"];
    assert_eq!(
        decide_with(&inputs, files).libraries.unwrap().path,
        b"/evil",
        "the control"
    );
    inputs.secure = true;
    let plan = decide_with(&inputs, files);
    assert_eq!(
        plan.libraries,
        Some(Libraries {
            origin: Origin::Baked,
            path: b"/b",
            mechanism: Mechanism::Cache
        })
    );
    assert_eq!(
        loaders(&plan),
        [
            (Origin::LibraryEnvironment, LoaderPath::Inside(b"/b")),
            (Origin::Default, LoaderPath::Inside(DEFAULT)),
            (Origin::Baked, LoaderPath::File(c"/b/ld.so")),
        ]
    );
    inputs.baked.cache_place = None;
    assert_eq!(
        decide_with(&inputs, files).libraries.unwrap().mechanism,
        Mechanism::Unreachable
    );
}

#[test]
fn has_other_defaults_and_no_cache_for_musl() {
    const MUSL_DEFAULT: &[u8] = b"/run/current-system/sw/share/nix-ld-musl/lib";
    let mut inputs = inputs();
    inputs.c_library = CLibrary::Musl;
    let cache = [MUSL_DEFAULT, b"/ld.so.cache"].concat();
    let expected = |origin, path| {
        Some(Libraries {
            origin,
            path,
            mechanism: Mechanism::Environment,
        })
    };
    let plan = decide_with(&inputs, &[DEFAULT, MUSL_DEFAULT, &cache]);
    assert_eq!(plan.libraries, expected(Origin::Default, MUSL_DEFAULT));
    inputs.baked = Baked {
        loader: Some(c"/musl/ld.so"),
        library_dir: Some(c"/musl"),
        ..Baked::default()
    };
    let plan = decide_with(&inputs, &[DEFAULT, MUSL_DEFAULT, &cache]);
    assert_eq!(plan.libraries, expected(Origin::Baked, b"/musl"));
    assert_eq!(
        loaders(&plan),
        [
            (Origin::LibraryEnvironment, LoaderPath::Inside(b"/musl")),
            (Origin::Default, LoaderPath::Inside(MUSL_DEFAULT)),
            (Origin::Baked, LoaderPath::File(c"/musl/ld.so")),
        ]
    );
}

#[test]
fn takes_a_pin_before_everything_else() {
    let mut inputs = inputs();
    inputs.settings = settings(Settings {
        loader_of_system: Some(c"/1"),
        libraries: Some(c"/d"),
        ..Settings::default()
    });
    let libraries = |inputs: &Inputs<'static>, files| decide_with(inputs, files).libraries.unwrap();
    let files: &[&[u8]] = &[b"/d/ld.so.cache", b"/pin/ld.so.cache"];
    assert_eq!(libraries(&inputs, files).path, b"/d", "the control");
    inputs.pin = Some(b"/pin");
    let expected = |mechanism| Libraries {
        origin: Origin::Pin,
        path: b"/pin",
        mechanism,
    };
    assert_eq!(libraries(&inputs, files), expected(Mechanism::Cache));
    assert_eq!(libraries(&inputs, &[]), expected(Mechanism::Environment));
    assert_eq!(
        loaders(&decide_with(&inputs, files)),
        [
            (Origin::Pin, LoaderPath::Inside(b"/pin")),
            (Origin::SystemVariable, LoaderPath::File(c"/1")),
            (Origin::Default, LoaderPath::Inside(DEFAULT)),
        ]
    );
    inputs.secure = true;
    assert_eq!(libraries(&inputs, files), expected(Mechanism::Cache));
    assert_eq!(libraries(&inputs, &[]), expected(Mechanism::Unreachable));
}
