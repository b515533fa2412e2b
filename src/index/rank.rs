//! Which of several providers is the best guess.

use std::cmp::Ordering;

use super::Provider;

/// What counts most; the least is the best.
pub(super) type Rank = (u8, [bool; 5], usize, usize);

/// In this order of importance: the attribute names just this store path; an output for use, not for
/// development; in the folder for libraries, not one for plugins; the package's own file, not a link to
/// another package's; named as a soname is; the package is named like the library; fewer levels of
/// attributes; a shorter attribute.
pub(super) fn rank(provider: &Provider, is_link: bool) -> Rank {
    let attribute = provider.attribute.as_deref().unwrap_or_default();
    let known = match (&provider.attribute, provider.top_level) {
        (Some(_), true) => 0,
        (None, _) => 1,
        (Some(_), false) => 2,
    };
    let is_for_use = ["out", "lib"].contains(&&*provider.output);
    let folder = provider.path.rsplit_once('/').map(|(folder, _)| folder);
    let is_in_lib = matches!(folder, Some("lib" | "lib64"));
    let is_soname = is_soname(provider.name());
    let is_namesake = is_namesake(provider);
    (
        known,
        [!is_for_use, !is_in_lib, is_link, !is_soname, !is_namesake],
        attribute.matches('.').count(),
        attribute.len(),
    )
}

/// The order of those of the same rank.
pub(super) fn by_name(a: &Provider, b: &Provider) -> Ordering {
    (a.attribute.cmp(&b.attribute))
        .then_with(|| a.store_path.cmp(&b.store_path))
        .then_with(|| a.path.cmp(&b.path))
}

/// Whether a library is named like most sonames: `libz.so.1`, not `libz.so` or `libz.so.1.3.1`.
fn is_soname(name: &str) -> bool {
    let version = name.rsplit_once(".so.").map_or("", |(_, version)| version);
    !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a package is named like its library: zlib and libz.so.1, openssl and libssl.so.3.
pub(crate) fn is_namesake(provider: &Provider) -> bool {
    let letters = |text: &str| {
        let letters = text.chars().filter(char::is_ascii_alphanumeric);
        letters.collect::<String>().to_ascii_lowercase()
    };
    let name = provider.name();
    let stem = name.split_once(".so").map_or(name, |(stem, _)| stem);
    let stem = letters(stem.strip_prefix("lib").unwrap_or(stem));
    let package = match &provider.attribute {
        Some(attribute) if provider.top_level => attribute
            .rsplit_once('.')
            .map_or(&**attribute, |(_, it)| it),
        _ => {
            let path = provider.store_path.file_name().and_then(|it| it.to_str());
            let name = path.and_then(|it| it.split_once('-'));
            let name = name.map_or("", |(_, name)| name);
            let version = name.find(|it: char| it.is_ascii_digit());
            &name[..version.unwrap_or(name.len())]
        }
    };
    let package = letters(package);
    if stem.len() < 3 {
        return [stem.clone(), format!("lib{stem}"), format!("{stem}lib")].contains(&package);
    }
    package.contains(&stem) || package.len() > 2 && stem.contains(&package)
}
