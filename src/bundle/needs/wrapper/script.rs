//! What `makeWrapper` writes: `pkgs/build-support/setup-hooks/make-wrapper.sh` of nixpkgs, and its older versions.

use std::iter::Peekable;
use std::path::PathBuf;
use std::str::Lines;

use super::super::super::Setting;
use super::Wrapper;
use super::words::{Word, first, words};

/// Reads a script, if it is a wrapper and nothing else.
pub(super) fn read(text: &str) -> Option<Wrapper> {
    let mut lines = text.lines().peekable();
    let first = lines.next()?;
    if !first.contains("/bash") && !first.ends_with("/sh") && !first.contains("/sh ") {
        return None;
    }
    let mut settings = Vec::new();
    while let Some(line) = lines.next() {
        let line = line.trim();
        if is_of_no_effect(line) {
            continue;
        }
        if let Some(rest) = line.strip_prefix("exec ") {
            // What follows would never run.
            return exec(rest, settings);
        }
        settings.push(setting(line, &mut lines)?);
    }
    None
}

fn is_of_no_effect(line: &str) -> bool {
    const LINES: [&str; 4] = [
        "set +u",
        "set -u",
        "set -e",
        "declare -a extraFlagsArray=()",
    ];
    line.is_empty() || line.starts_with('#') || LINES.contains(&line)
}

/// One change, which may take further lines.
fn setting(line: &str, lines: &mut Peekable<Lines<'_>>) -> Option<Setting> {
    if let Some(name) = line.strip_prefix("unset ") {
        let name = name.trim().to_owned();
        return is_name(&name).then_some(Setting::Unset { name });
    }
    if let Some(rest) = line.strip_prefix("export ") {
        let (name, value) = rest.split_once('=')?;
        return assigned(name, value);
    }
    let (name, value) = line.split_once('=')?;
    extended(name, value, lines)
}

/// `export NAME=VALUE` in its forms.
fn assigned(name: &str, value: &str) -> Option<Setting> {
    // `export NAME+=${NAME:+SEPARATOR}VALUE`
    if let Some(name) = name.strip_suffix('+') {
        let (separator, value) = between(value, &format!("${{{name}:+"), "}")?;
        return suffix(name, separator, value);
    }
    let name = is_name(name).then(|| name.to_owned())?;
    // `${NAME-VALUE}`: the default.
    if let Some(rest) = value.strip_prefix(&format!("${{{name}-")) {
        let (value, "}") = first_or_empty(rest)? else {
            return None;
        };
        return Some(Setting::SetDefault { name, value });
    }
    // `$NAME${NAME:+SEPARATOR}VALUE`
    if let Some(rest) = value.strip_prefix(&format!("${name}")) {
        let (separator, value) = between(rest, &format!("${{{name}:+"), "}")?;
        return suffix(&name, separator, value);
    }
    let (text, rest) = first_or_empty(value)?;
    if rest.is_empty() {
        return Some(Setting::Set { name, value: text });
    }
    // `VALUE${NAME:+SEPARATOR}$NAME` and `VALUE${NAME:+SEPARATOR$NAME}`
    let own = format!("${name}");
    let (separator, rest) = between(rest, &format!("${{{name}:+"), "")?;
    let is_end = rest == format!("}}{own}") || rest == format!("{own}}}");
    let value = text;
    is_end.then_some(Setting::Prefix {
        name,
        separator,
        value,
    })
}

/// `--prefix` and `--suffix` as they are today: a group of lines, which begins with `NAME=${NAME:+SEPARATOR$NAMESEPARATOR}`
/// and ends with `export NAME`.
fn extended(name: &str, value: &str, lines: &mut Peekable<Lines<'_>>) -> Option<Setting> {
    let name = is_name(name).then_some(name)?;
    let own = format!("${name}");
    let (separator, rest) = between(value, &format!("${{{name}:+"), &own)?;
    let quoted = rest.strip_suffix('}')?;
    if first(quoted)? != (separator.clone(), "") {
        return None;
    }
    let mut next = || lines.next().map(str::trim);
    let line = next()?;
    let (value, is_prefix) = if let Some(test) = line.strip_prefix(&format!("if [[ {own} != *")) {
        // The test has the value between two separators.
        let added = next()?.strip_prefix(&format!("{name}={own}"))?;
        let (value, "") = first(added)? else {
            return None;
        };
        let tested = format!("{quoted}{added}{quoted}* ]]; then");
        (next()? == "fi" && test == tested).then_some((value, false))?
    } else {
        let removed = line.strip_prefix(&format!("{name}=${{{name}/"))?;
        let added = next()?.strip_prefix(&format!("{name}="))?;
        let added = added.strip_suffix(&own)?;
        let (value, "") = first(added)? else {
            return None;
        };
        let expected = format!("{quoted}{added}{quoted}/{quoted}}}");
        (removed == expected).then_some((value, true))?
    };
    let ends = [
        format!("{name}=${{{name}#{quoted}}}"),
        format!("{name}=${{{name}%{quoted}}}"),
        format!("export {name}"),
    ];
    for end in ends {
        if next()? != end {
            return None;
        }
    }
    let name = name.to_owned();
    Some(match is_prefix {
        true => Setting::Prefix {
            name,
            separator,
            value,
        },
        false => Setting::Suffix {
            name,
            separator,
            value,
        },
    })
}

/// A value behind the variable's own, if nothing else follows.
fn suffix(name: &str, separator: String, value: &str) -> Option<Setting> {
    let (value, "") = first(value)? else {
        return None;
    };
    is_name(name).then(|| Setting::Suffix {
        name: name.to_owned(),
        separator,
        value,
    })
}

/// The quoted text between `start` and `end`, and what stands behind.
fn between<'t>(text: &'t str, start: &str, end: &str) -> Option<(String, &'t str)> {
    let (word, rest) = first(text.strip_prefix(start)?)?;
    Some((word, rest.strip_prefix(end)?))
}

/// As [`first`], but nothing at all is an empty text.
fn first_or_empty(text: &str) -> Option<(String, &str)> {
    match text.is_empty() || text.starts_with('}') {
        true => Some((String::new(), text)),
        false => first(text),
    }
}

/// `exec -a "$0" "PROGRAM" FLAGS "$@" FLAGS`
fn exec(text: &str, mut settings: Vec<Setting>) -> Option<Wrapper> {
    let mut words = words(text)?.into_iter().peekable();
    let mut name = None;
    if words.next_if_eq(&Word::Text("-a".into())).is_some() {
        name = Some(words.next()?);
    }
    let Word::Text(program) = words.next()? else {
        return None;
    };
    match name {
        Some(Word::Name) => {}
        Some(Word::Text(value)) => settings.push(Setting::Argv0 { value }),
        // bash's exec hands on the path that it executes.
        None => settings.push(Setting::Argv0 {
            value: program.clone(),
        }),
        Some(_) => return None,
    }
    let mut is_behind = false;
    for word in words {
        match (word, is_behind) {
            (Word::Text(value), false) => settings.push(Setting::AddFlag { value }),
            (Word::Text(value), true) => settings.push(Setting::AppendFlag { value }),
            (Word::Arguments, false) => is_behind = true,
            (Word::Empty, _) => {}
            _ => return None,
        }
    }
    let program = PathBuf::from(program);
    (is_behind && program.is_absolute()).then_some(Wrapper { program, settings })
}

/// Whether a text is the name of a variable.
fn is_name(text: &str) -> bool {
    let is_start = |it: char| it.is_ascii_alphabetic() || it == '_';
    text.starts_with(is_start) && text.chars().all(|it| is_start(it) || it.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "#! /nix/store/x-bash/bin/bash -e\n";
    const EXEC: &str = "exec -a \"$0\" \"/p/.a-wrapped\"  \"$@\" \n";

    fn settings(body: &str) -> Option<Vec<Setting>> {
        read(&format!("{HEAD}{body}{EXEC}")).map(|it| it.settings)
    }

    fn prefix(value: &str) -> Setting {
        Setting::Prefix {
            name: "PATH".into(),
            separator: ":".into(),
            value: value.into(),
        }
    }

    fn suffix(value: &str) -> Setting {
        Setting::Suffix {
            name: "PATH".into(),
            separator: ":".into(),
            value: value.into(),
        }
    }

    #[test]
    fn variables_are_set_defaulted_and_removed() {
        let body = "export A='b c'\nexport D=${D-'e'}\nunset F\nexport G=''\n";
        let (name, value) = (|it: &str| it.to_owned(), |it: &str| it.to_owned());
        let expected = [
            Setting::Set {
                name: name("A"),
                value: value("b c"),
            },
            Setting::SetDefault {
                name: name("D"),
                value: value("e"),
            },
            Setting::Unset { name: name("F") },
            Setting::Set {
                name: name("G"),
                value: value(""),
            },
        ];
        assert_eq!(settings(body).unwrap(), expected);
    }

    #[test]
    fn lists_grow_at_either_end() {
        let before = "PATH=${PATH:+':'$PATH':'}\nPATH=${PATH/':''/a'':'/':'}\nPATH='/a'$PATH\n";
        let behind = "PATH=${PATH:+':'$PATH':'}\nif [[ $PATH != *':''/b'':'* ]]; then\n    PATH=$PATH'/b'\nfi\n";
        let end = "PATH=${PATH#':'}\nPATH=${PATH%':'}\nexport PATH\n";
        let found = settings(&format!("{before}{end}{behind}{end}")).unwrap();
        assert_eq!(found, [prefix("/a"), suffix("/b")]);
        // Something else stands in one of the lines.
        for (old, new) in [("'/a'':'/", "'/c'':'/"), ("%':'", "%';'"), ("fi\n", "")] {
            let body = format!("{before}{end}{behind}{end}").replacen(old, new, 1);
            assert_eq!(settings(&body), None, "{body}");
        }
    }

    #[test]
    fn lists_of_older_wrappers_grow_too() {
        for body in [
            "export PATH='/a'${PATH:+':'}$PATH\n",
            "export PATH=\"/a\"${PATH:+\":\"}$PATH\n",
            "export PATH='/a'${PATH:+':'$PATH}\n",
        ] {
            assert_eq!(settings(body).unwrap(), [prefix("/a")], "{body}");
        }
        for body in [
            "export PATH=$PATH${PATH:+':'}'/b'\n",
            "export PATH+=${PATH:+':'}'/b'\n",
        ] {
            assert_eq!(settings(body).unwrap(), [suffix("/b")], "{body}");
        }
    }

    #[test]
    fn the_program_has_its_flags_and_its_name() {
        let read = |exec: &str| read(&format!("{HEAD}{exec}\n"));
        let found = read("exec \"/j/bin/java\"  -jar '/x y.jar' \"$@\" --end ").unwrap();
        assert_eq!(found.program, PathBuf::from("/j/bin/java"));
        let value = |it: &str| it.to_owned();
        let expected = [
            Setting::Argv0 {
                value: value("/j/bin/java"),
            },
            Setting::AddFlag {
                value: value("-jar"),
            },
            Setting::AddFlag {
                value: value("/x y.jar"),
            },
            Setting::AppendFlag {
                value: value("--end"),
            },
        ];
        assert_eq!(found.settings, expected);
        let found = read("exec -a 'name' /p \"${extraFlagsArray[@]}\" \"$@\"").unwrap();
        assert_eq!(
            found.settings,
            [Setting::Argv0 {
                value: value("name")
            }]
        );
        // Its arguments are not handed on, or are not known.
        for exec in [
            "exec /p",
            "exec /p $FLAGS \"$@\"",
            "exec p \"$@\"",
            "/p \"$@\"",
        ] {
            assert_eq!(read(exec), None, "{exec}");
        }
    }

    #[test]
    fn a_script_that_does_anything_else_is_no_wrapper() {
        for body in [
            "mkdir -p /x\n",
            "export A=$(date)\n",
            "export A=$B\n",
            "if true; then\n",
            "cd '/x'\n",
        ] {
            assert_eq!(settings(body), None, "{body}");
        }
        assert_eq!(read(&format!("#!/usr/bin/python3\n{EXEC}")), None);
    }
}
