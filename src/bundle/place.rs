//! Where a file of the system is in a bundle.

use std::path::{Component, Path, PathBuf};

/// The place in a bundle of the file at an absolute path without `..`: in `store/` if it is from the Nix store, else in `root/`.
#[must_use]
pub fn place(source: &Path) -> PathBuf {
    let (folder, rest) = match source.strip_prefix("/nix/store") {
        Ok(rest) => ("store", rest),
        Err(_) => ("root", source),
    };
    let names = rest
        .components()
        .filter(|it| matches!(it, Component::Normal(_)));
    Path::new(folder).join(names.collect::<PathBuf>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_from_the_store_keeps_its_name_there() {
        let source = Path::new("/nix/store/abc-hello-2.12/bin/hello");
        assert_eq!(place(source), Path::new("store/abc-hello-2.12/bin/hello"));
    }

    #[test]
    fn what_is_from_elsewhere_keeps_its_path() {
        assert_eq!(
            place(Path::new("/usr/bin/hello")),
            Path::new("root/usr/bin/hello")
        );
        assert_eq!(place(Path::new("/nix/var/x")), Path::new("root/nix/var/x"));
    }
}
