//! Attribute paths as Nix reads them.

/// Names that are identifiers to the eye and keywords to Nix: `lexer.l` of Nix.
const KEYWORDS: [&str; 11] = [
    "assert", "else", "if", "in", "inherit", "let", "or", "rec", "then", "with", "__curPos",
];

/// The attributes of a path such as `xorg.libX11`, each quoted if Nix needs that: `nodePackages."3d-view"`. A part may
/// be in quotes already, and have dots within.
#[must_use]
pub fn attribute_path(path: &str) -> String {
    let parts = split(path);
    let quoted = parts.iter().map(|it| quoted(it));
    quoted.collect::<Vec<_>>().join(".")
}

/// The attributes of a path, without quotes.
fn split(path: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut is_quoted = false;
    for letter in path.chars() {
        match letter {
            '"' => is_quoted = !is_quoted,
            '.' if !is_quoted => parts.push(String::new()),
            _ => {
                if let Some(part) = parts.last_mut() {
                    part.push(letter);
                }
            }
        }
    }
    parts
}

fn quoted(name: &str) -> String {
    if is_identifier(name) && !KEYWORDS.contains(&name) {
        return name.to_owned();
    }
    let mut text = String::from("\"");
    for letter in name.chars() {
        match letter {
            '"' | '\\' | '$' => text.extend(['\\', letter]),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            // Nix cannot have it in any text.
            '\0' => text.push('\u{fffd}'),
            _ => text.push(letter),
        }
    }
    text.push('"');
    text
}

/// `ID` of Nix's `lexer.l`.
fn is_identifier(name: &str) -> bool {
    let is_first = |letter: char| letter.is_ascii_alphabetic() || letter == '_';
    let is_later = |letter: char| letter.is_ascii_alphanumeric() || "_'-".contains(letter);
    name.starts_with(is_first) && name.chars().all(is_later)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_paths_stay_as_they_are() {
        for path in [
            "zlib",
            "xorg.libX11",
            "python312Packages.numpy",
            "gtk+3",
            "a_b-c'",
        ] {
            let plain = path.replace("gtk+3", "\"gtk+3\"");
            assert_eq!(attribute_path(path), plain);
        }
    }

    #[test]
    fn what_is_no_identifier_is_quoted() {
        assert_eq!(
            attribute_path("nodePackages.3d-view"),
            r#"nodePackages."3d-view""#
        );
        assert_eq!(
            attribute_path(r#"sets."python3.12-foo".lib"#),
            r#"sets."python3.12-foo".lib"#
        );
        assert_eq!(attribute_path("with"), r#""with""#);
        assert_eq!(attribute_path("a..b"), r#"a."".b"#);
        assert_eq!(attribute_path(""), r#""""#);
        assert_eq!(attribute_path("größe"), r#""größe""#);
    }

    #[test]
    fn nothing_gets_out_of_the_quotes() {
        assert_eq!(attribute_path("${x}"), r#""\${x}""#);
        assert_eq!(attribute_path(r"a\"), r#""a\\""#);
        assert_eq!(attribute_path("a\nb"), r#""a\nb""#);
        assert_eq!(attribute_path("a ] ; b"), r#""a ] ; b""#);
        assert_eq!(attribute_path("x\"; y = \"z"), r#""x; y = z""#);
    }
}
