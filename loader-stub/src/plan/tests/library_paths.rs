//! Library paths with several directories, empty elements, or nothing in them.

use super::*;

#[test]
fn takes_a_path_of_separators_for_none() {
    let mut inputs = inputs();
    inputs.settings = settings(Settings {
        libraries: Some(c"::"),
        ..Settings::default()
    });
    assert_eq!(
        decide_with(&inputs, &[DEFAULT]).libraries.unwrap().origin,
        Origin::Default
    );
}

#[test]
fn knows_single_directories_and_empty_elements() {
    use CLibrary::{Glibc, Musl};
    for (c_library, path, single, has_empty) in [
        (Glibc, "/a", Some("/a"), false),
        (Glibc, "/a:", Some("/a"), true),
        (Glibc, ";;/a;:", Some("/a"), true),
        (Glibc, "/a:/b", None, false),
        (Glibc, "/a::/b", None, true),
        (Glibc, ":", None, true),
        (Glibc, "", None, true),
        (Glibc, "/a\n\n/b", Some("/a\n\n/b"), false),
        (Musl, "/a\n\n/b", None, true),
        (Musl, "\n:/a\n", Some("/a"), true),
        (Musl, "/a;;/b;", Some("/a;;/b;"), false),
    ] {
        let bytes = path.as_bytes();
        assert_eq!(
            single_directory(bytes, c_library),
            single.map(str::as_bytes),
            "{c_library:?} {path}"
        );
        let has = has_empty_element(bytes, c_library);
        assert_eq!(has, has_empty, "{c_library:?} {path}");
    }
}

#[test]
fn splits_a_library_path_as_the_real_loader_does() {
    let split = |c_library| {
        let split: Vec<_> = directories(b":/a;b\n/c::/d", c_library).collect();
        split
    };
    assert_eq!(split(CLibrary::Glibc), [&b"/a"[..], b"b\n/c", b"/d"]);
    assert_eq!(split(CLibrary::Musl), [&b"/a;b"[..], b"/c", b"/d"]);
}
