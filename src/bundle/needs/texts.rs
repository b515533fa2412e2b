//! Files of Python, lists of modules and configurations of fonts that name store paths: as texts that find the bundle.

use std::fs;
use std::path::{Path, PathBuf};

use memchr::memmem;

use super::super::place;
use super::mentions::mentions;
use super::need::Needs;
use super::script::python_rewritten;
use super::take_for_programs;
use crate::nix::STORE;
use crate::own_tree::from_origin;

/// A longer file is no text that somebody wrote.
const LONGEST: u64 = 4 << 20;

/// Lists of modules whose programs hand each line's path to dlopen: gdk-pixbuf's (`gdk-pixbuf-io.c`) and GTK's
/// (`gtkimmodule.c`).
const MODULE_LISTS: [&str; 2] = ["loaders.cache", "immodules.cache"];

/// Changes a file that goes along, if it is such a text and names store paths.
pub(super) fn rewrite(needs: &mut Needs, path: &Path) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_python = name.ends_with(".py") && !is_of_compilers(path);
    let is_list = MODULE_LISTS.contains(&&*name);
    let is_fonts = name.ends_with(".conf") && path.iter().any(|it| it == "fonts");
    let is_other = needs.files.get(path).is_none_or(|it| it.content.is_some());
    if !(is_python || is_list || is_fonts) || is_other {
        return;
    }
    let Some(bytes) = read(path) else { return };
    if is_list {
        let text = module_list(&bytes);
        return needs.add_changed(path, text, "");
    }
    let (text, named) = match is_fonts {
        true => fonts(&place(path), &bytes),
        false => {
            let (text, named, _) = python_rewritten(&place(path), &bytes);
            (text, named)
        }
    };
    let named: Vec<_> = named.into_iter().filter(|it| it.exists()).collect();
    if !named.is_empty() {
        needs.add_changed(path, text, "");
        for it in named {
            take_for_programs(needs, &it, &format!("named by {}", path.display()));
        }
    }
}

/// Whether a file of Python's is about how Python and its modules were compiled (`sysconfig`, `distutils`).
fn is_of_compilers(path: &Path) -> bool {
    let mut parts = path.iter().map(|it| it.to_string_lossy());
    parts.any(|it| it.starts_with("_sysconfigdata") || it == "distutils")
}

fn read(path: &Path) -> Option<Vec<u8>> {
    let is_short = path.symlink_metadata().ok()?.len() <= LONGEST;
    let bytes = is_short.then(|| fs::read(path).ok()).flatten()?;
    memmem::find(&bytes, STORE.as_bytes())
        .is_some()
        .then_some(bytes)
}

/// A list of modules with paths that the loader finds from the library that asks for them, which is in `lib/`: dlopen expands
/// `$ORIGIN` (ld.so(8), "Dynamic string tokens").
fn module_list(bytes: &[u8]) -> Vec<u8> {
    let mut new = Vec::new();
    let mut done = 0;
    for mention in mentions(bytes) {
        new.extend_from_slice(&bytes[done..mention.at.start]);
        let path = PathBuf::from("$ORIGIN/..").join(place(&mention.path));
        new.extend_from_slice(path.as_os_str().as_encoded_bytes());
        done = mention.at.end;
    }
    new.extend_from_slice(&bytes[done..]);
    new
}

/// A configuration of fontconfig with this place, with folders of fonts from its own on (fonts-conf(5), `prefix="relative"`),
/// and those folders.
fn fonts(place: &Path, bytes: &[u8]) -> (Vec<u8>, Vec<PathBuf>) {
    const START: &[u8] = b"<dir>";
    let folder = Path::new("/").join(place.parent().unwrap_or(Path::new("")));
    let (mut new, mut named, mut done) = (Vec::new(), Vec::new(), 0);
    for mention in mentions(bytes) {
        let before = &bytes[done..mention.at.start];
        let Some(before) = before.strip_suffix(START) else {
            continue;
        };
        let target = Path::new("/").join(super::super::place(&mention.path));
        let from_folder = from_origin(&folder, &target);
        let from_folder = from_folder.strip_prefix("$ORIGIN").unwrap_or(&from_folder);
        new.extend_from_slice(before);
        new.extend_from_slice(b"<dir prefix=\"relative\">");
        new.extend_from_slice(from_folder.as_os_str().as_encoded_bytes());
        done = mention.at.end;
        named.push(mention.path);
    }
    new.extend_from_slice(&bytes[done..]);
    (new, named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_found_from_the_library_that_loads_them() {
        let text =
            "# made\n\"/nix/store/0123456789abcdfghijklmnpqrsvwxyz-a/lib/x.so\"\n\"svg\" 6\n";
        let expected =
            "# made\n\"$ORIGIN/../store/0123456789abcdfghijklmnpqrsvwxyz-a/lib/x.so\"\n\"svg\" 6\n";
        assert_eq!(module_list(text.as_bytes()), expected.as_bytes());
    }

    #[test]
    fn fonts_are_found_from_the_configuration() {
        let dir = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-dejavu/share/fonts";
        let text = format!("<!-- {dir} --><dir>{dir}</dir><dir>/usr/share/fonts</dir>");
        let (new, named) = fonts(Path::new("store/x/etc/fonts/fonts.conf"), text.as_bytes());
        let expected = format!(
            "<!-- {dir} --><dir prefix=\"relative\">../../..{}</dir><dir>/usr/share/fonts</dir>",
            dir.strip_prefix("/nix/store").unwrap()
        );
        assert_eq!(String::from_utf8(new).unwrap(), expected);
        assert_eq!(named, [PathBuf::from(dir)]);
    }
}
