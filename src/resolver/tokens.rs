//! `$ORIGIN`, `$LIB` and `$PLATFORM`, and the lists of directories that they are in:
//! `_dl_dst_substitute` and `fillin_rpath` in glibc's `elf/dl-load.c`.

use std::os::unix::ffi::OsStrExt;

use super::real_loader::RealLoader;

/// For whom a text is expanded.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) loader: &'a RealLoader,
    /// The folder of the file that has the text.
    pub(super) origin: &'a [u8],
    /// Whether that file is the program.
    pub(super) is_program: bool,
    /// Whether the program has more rights than its caller (AT_SECURE).
    pub(super) is_secure: bool,
}

/// The three tokens.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    Origin,
    Platform,
    Lib,
}

const TOKENS: [(&[u8], Token); 3] = [
    (b"ORIGIN", Token::Origin),
    (b"PLATFORM", Token::Platform),
    (b"LIB", Token::Lib),
];

/// The token at the beginning of what follows a `$`, and its length there.
fn token(text: &[u8]) -> Option<(Token, usize)> {
    let (is_curly, text) = match text.strip_prefix(b"{") {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    TOKENS.into_iter().find_map(|(name, token)| {
        let rest = text.strip_prefix(name)?;
        let next = rest.first().copied().unwrap_or(0);
        let ends = !(next.is_ascii_alphanumeric() || next == b'_') && (!is_curly || next == b'}');
        let length = name.len() + if is_curly { 2 } else { 0 };
        ends.then_some((token, length))
    })
}

/// Whether a text has a token in it.
pub(super) fn has_token(text: &[u8]) -> bool {
    let dollars = memchr::memchr_iter(b'$', text);
    dollars
        .into_iter()
        .any(|at| token(&text[at + 1..]).is_some())
}

/// Puts in what the tokens stand for; `None` if the loader would not use the text.
pub(super) fn expand(text: &[u8], context: Context<'_>) -> Option<Vec<u8>> {
    let mut expanded = Vec::with_capacity(text.len());
    let mut must_be_trusted = false;
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'$', rest) {
        expanded.extend(&rest[..at]);
        rest = &rest[at + 1..];
        let Some((token, length)) = token(rest) else {
            expanded.push(b'$');
            continue;
        };
        let value = match token {
            Token::Origin => {
                let is_first = rest.len() + 1 == text.len();
                let is_alone = matches!(rest.get(length), None | Some(b'/'));
                if context.is_secure && !(is_first && is_alone) {
                    return None;
                }
                must_be_trusted |= context.is_secure && context.is_program;
                context.origin
            }
            Token::Platform => context.loader.platform.as_deref()?.as_bytes(),
            Token::Lib => context.loader.lib.as_bytes(),
        };
        expanded.extend(value);
        rest = &rest[length..];
    }
    expanded.extend(rest);
    if must_be_trusted && !is_trusted(&expanded, context.loader) {
        return None;
    }
    Some(expanded)
}

/// `is_trusted_path_normalize`: whether a path leads into one of the loader's own directories.
fn is_trusted(path: &[u8], loader: &RealLoader) -> bool {
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    let normal = [b"/", &parts.join(&b'/')[..], b"/"].concat();
    let mut trusted = loader.system_dirs.iter();
    trusted.any(|directory| normal.starts_with(directory))
}

/// The directories of a list, each with a slash at its end, and each once. An empty element is the
/// current directory, and empty here as well.
pub(super) fn directories(list: &[u8], separators: &[u8], context: Context<'_>) -> Vec<Vec<u8>> {
    let mut directories: Vec<Vec<u8>> = Vec::new();
    for element in list.split(|byte| separators.contains(byte)) {
        let Some(mut directory) = expand(element, context) else {
            continue;
        };
        if directory.is_empty() && !element.is_empty() {
            continue;
        }
        while directory.len() > 1 && directory.ends_with(b"/") {
            directory.pop();
        }
        if !directory.is_empty() && !directory.ends_with(b"/") {
            directory.push(b'/');
        }
        if !directories.contains(&directory) {
            directories.push(directory);
        }
    }
    directories
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::elf::Architecture;

    fn loader(platform: Option<&str>) -> RealLoader {
        RealLoader {
            path: Path::new("/x/ld.so").to_owned(),
            architecture: Architecture::X86_64,
            version: None,
            system_dirs: vec![b"/lib/".to_vec()],
            lib: "lib64".into(),
            cache_path: None,
            is_prepared: false,
            preload_file: None,
            platform: platform.map(Into::into),
            hwcaps: Vec::new(),
            isa_level: 0,
            subfolders: vec![Vec::new()],
            soname: None,
            versions_offered: None,
        }
    }

    fn expanded(text: &str, is_secure: bool) -> Option<String> {
        let context = Context {
            loader: &loader(None),
            origin: b"/o",
            is_program: true,
            is_secure,
        };
        expand(text.as_bytes(), context).map(|text| String::from_utf8(text).unwrap())
    }

    #[test]
    fn tokens_end_where_a_name_ends() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(expanded("$ORIGIN/a", false), some("/o/a"));
        assert_eq!(expanded("${ORIGIN}b/$LIB", false), some("/ob/lib64"));
        assert_eq!(expanded("$ORIGINAL/$$LIB", false), some("$ORIGINAL/$lib64"));
        assert_eq!(expanded("${ORIGIN/a", false), some("${ORIGIN/a"));
        assert!(has_token(b"a$b$LIB") && !has_token(b"$LIBS$"));
    }

    #[test]
    fn a_platform_that_is_not_known_discards_the_text() {
        assert_eq!(expanded("/a/$PLATFORM", false), None);
    }

    #[test]
    fn under_at_secure_the_origin_has_to_lead_into_a_directory_of_the_loader() {
        assert_eq!(expanded("$ORIGIN/../lib", true), Some("/o/../lib".into()));
        assert_eq!(expanded("$ORIGIN/a", true), None);
        assert_eq!(expanded("/lib/$ORIGIN", true), None);
        assert_eq!(expanded("$ORIGINx", true), Some("$ORIGINx".into()));
    }

    #[test]
    fn a_list_has_each_directory_once() {
        let context = Context {
            loader: &loader(None),
            origin: b"/o",
            is_program: false,
            is_secure: false,
        };
        let found = directories(b"/a//:/b:/a:$PLATFORM::/;$ORIGIN", b":;", context);
        let expected: [&[u8]; 5] = [b"/a/", b"/b/", b"", b"/", b"/o/"];
        assert_eq!(found, expected);
    }
}
