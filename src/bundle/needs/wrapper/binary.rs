//! What `makeBinaryWrapper` compiles: `pkgs/by-name/ma/makeBinaryWrapper` of nixpkgs. Such a wrapper holds the command that it was
//! made by as a text (`docstring` there).

use std::path::PathBuf;

use memchr::memmem;

use super::super::super::Setting;
use super::Wrapper;
use super::words::{Word, words};

const START: &str = "has been generated using the following command:\n\n\nmakeCWrapper ";
const END: &str = "\n\n\n# (Use ";

/// Reads a file, if it is such a wrapper.
pub(super) fn read(bytes: &[u8]) -> Option<Wrapper> {
    let start = memmem::find(bytes, START.as_bytes())? + START.len();
    let length = memmem::find(&bytes[start..], END.as_bytes())?;
    let text = std::str::from_utf8(&bytes[start..start + length]).ok()?;
    let words = words(&text.replace("\\\n", " "))?;
    let words = words.into_iter().map(|it| match it {
        Word::Text(text) => Some(text),
        // Each word is quoted, so these are texts as well.
        Word::Name => Some("$0".into()),
        Word::Arguments | Word::Empty => None,
    });
    command(words.collect::<Option<Vec<_>>>()?)
}

/// The command's words: the program, then flags with their values.
fn command(words: Vec<String>) -> Option<Wrapper> {
    let mut words = words.into_iter();
    let program = words.next()?;
    let mut settings = Vec::new();
    let mut name = Some(program.clone());
    let mut flags = Vec::new();
    while let Some(flag) = words.next() {
        let mut next = || words.next();
        match flag.as_str() {
            "--set" => settings.push(Setting::Set {
                name: next()?,
                value: next()?,
            }),
            "--set-default" => settings.push(Setting::SetDefault {
                name: next()?,
                value: next()?,
            }),
            "--unset" => settings.push(Setting::Unset { name: next()? }),
            "--prefix" => settings.push(Setting::Prefix {
                name: next()?,
                separator: next()?,
                value: next()?,
            }),
            "--suffix" => settings.push(Setting::Suffix {
                name: next()?,
                separator: next()?,
                value: next()?,
            }),
            "--add-flag" => flags.push(Setting::AddFlag { value: next()? }),
            "--append-flag" => flags.push(Setting::AppendFlag { value: next()? }),
            "--add-flags" => {
                let values = next()?;
                let values = values.split_ascii_whitespace().map(str::to_owned);
                flags.extend(values.map(|value| Setting::AddFlag { value }));
            }
            "--append-flags" => {
                let values = next()?;
                let values = values.split_ascii_whitespace().map(str::to_owned);
                flags.extend(values.map(|value| Setting::AppendFlag { value }));
            }
            "--argv0" => name = Some(next()?),
            "--inherit-argv0" => name = None,
            // The name with the folder of PATH that it is in, which is what the kernel hands to most programs anyway.
            "--resolve-argv0" => {}
            // Such as --chdir.
            _ => return None,
        }
    }
    settings.extend(name.map(|value| Setting::Argv0 { value }));
    settings.extend(flags);
    let program = PathBuf::from(program);
    program
        .is_absolute()
        .then_some(Wrapper { program, settings })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapper(command: &str) -> Option<Wrapper> {
        let text = format!(
            "\x7fELF\0\n# The C-code for this binary wrapper {START}{command}{END}`nix-shell`\0"
        );
        read(text.as_bytes())
    }

    #[test]
    fn the_command_that_made_it_is_read() {
        let command = "'/p/.a-wrapped' \\\n    --inherit-argv0 \\\n    --set 'A' 'it'\\''s' \\\n    --prefix 'PATH' ':' '/b c' \\\n    --add-flags '-x  -y'";
        let found = wrapper(command).unwrap();
        assert_eq!(found.program, PathBuf::from("/p/.a-wrapped"));
        let text = |it: &str| it.to_owned();
        let expected = [
            Setting::Set {
                name: text("A"),
                value: text("it's"),
            },
            Setting::Prefix {
                name: text("PATH"),
                separator: text(":"),
                value: text("/b c"),
            },
            Setting::AddFlag { value: text("-x") },
            Setting::AddFlag { value: text("-y") },
        ];
        assert_eq!(found.settings, expected);
    }

    #[test]
    fn without_a_name_the_program_has_its_path() {
        let value = |it: &str| {
            [Setting::Argv0 {
                value: it.to_owned(),
            }]
        };
        assert_eq!(wrapper("'/p/a'").unwrap().settings, value("/p/a"));
        assert_eq!(
            wrapper("'/p/a' \\\n    --argv0 'b'").unwrap().settings,
            value("b")
        );
    }

    #[test]
    fn what_settings_cannot_say_is_not_read() {
        for command in [
            "'/p/a' \\\n    --chdir '/x'",
            "'/p/a' \\\n    --set 'A'",
            "'p/a'",
            "",
        ] {
            assert_eq!(wrapper(command), None, "{command}");
        }
        assert_eq!(read(b"\x7fELF\0makeCWrapper '/p/a'\0"), None);
    }
}
