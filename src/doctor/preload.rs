//! Files that have libraries loaded into every program which a loader of glibc starts.

use std::fs;
use std::path::Path;

use super::finding::Finding;

/// glibc's own (ld.so(8)), and the one in its place that nixpkgs' loaders read.
const FILES: &[&str] = &["/etc/ld.so.preload", "/etc/ld-nix.so.preload"];

/// Looks at each such file.
pub(super) fn check() -> Vec<Finding> {
    FILES
        .iter()
        .filter_map(|file| Some((file, fs::read_to_string(file).ok()?)))
        .flat_map(|(file, text)| {
            let libraries: Vec<_> = { libraries(&text) }.map(str::to_owned).collect();
            libraries.into_iter().map(|it| of_library(file, &it))
        })
        .collect()
}

fn of_library(file: &str, library: &str) -> Finding {
    if library.contains('/') && !Path::new(library).exists() {
        return Finding::warning(
            "preload-gone",
            format!("{file} preloads {library} into every program, and it is not there"),
            "Each program says so when it starts. Take the line out; on NixOS it is written for \
             environment.memoryAllocator.provider.",
        );
    }
    Finding::warning(
        "preload",
        format!("{file} preloads {library} into every program, foreign ones too"),
        "One that was built for a newer glibc than a program's loader, for another architecture, or with a malloc that a \
         program does not bear, breaks it. On NixOS: environment.memoryAllocator.provider = \"libc\";",
    )
}

/// The libraries in such a file: with white space or colons between them, and comments from # to the line's end.
fn libraries(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().map(|it| it.split('#').next().unwrap_or(""));
    let words =
        lines.flat_map(|it| it.split(|letter: char| letter.is_whitespace() || letter == ':'));
    words.filter(|it| !it.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_stand_between_spaces_and_colons_and_not_in_comments() {
        let text = "/a.so:/b.so  c.so # /d.so\n#/e.so\n\n/f.so";
        let found: Vec<_> = libraries(text).collect();
        assert_eq!(found, ["/a.so", "/b.so", "c.so", "/f.so"]);
    }
}
