//! What an entry is told, as the bytes that it reads.

use loader_stub::entry_records::{BUNDLE, Tag};

use crate::bundle::setting::{Choice, ROOT, Setting};

const _: () = assert!(BUNDLE.len() == ROOT.len());

/// What an entry is told, in the order in which it is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Orders(Vec<u8>);

/// What becomes of one variable.
#[derive(Debug, Default)]
struct Variable<'a> {
    name: &'a str,
    /// What it is before anything is added.
    base: Option<(Tag, &'a str)>,
    /// What decides if the user has set nothing.
    choices: &'a [Choice],
    separator: &'a str,
    front: Vec<&'a str>,
    back: Vec<&'a str>,
}

impl Orders {
    /// Says one thing more.
    #[must_use]
    pub fn with(mut self, tag: Tag, text: &[u8]) -> Self {
        self.0.extend((tag as u16).to_le_bytes());
        self.0.extend((text.len() as u32).to_le_bytes());
        self.0.extend(text);
        self
    }

    /// Says what the settings of a program do. The entry reads what becomes of each variable in the end.
    #[must_use]
    pub fn with_settings(mut self, settings: &[Setting]) -> Self {
        let mut first: Vec<&str> = Vec::new();
        for setting in settings {
            match setting {
                Setting::Argv0 { value } => self = self.with(Tag::Argv0, value.as_bytes()),
                Setting::AddFlag { value } => first.push(value),
                Setting::AppendFlag { value } => self = self.with(Tag::Last, value.as_bytes()),
                _ => {}
            }
        }
        for value in first {
            self = self.with(Tag::First, value.as_bytes());
        }
        for variable in variables(settings) {
            self = self.with(Tag::Variable, variable.name.as_bytes());
            if let Some((tag, text)) = variable.base {
                self = self.with(tag, text.as_bytes());
            }
            for choice in variable.choices {
                self = self.with(Tag::Choice, choice.there.as_bytes());
                if let Some(value) = &choice.value {
                    self = self.with(Tag::ChoiceValue, value.as_bytes());
                }
            }
            self = self.with(Tag::Separator, variable.separator.as_bytes());
            for part in variable.front {
                self = self.with(Tag::Front, part.as_bytes());
            }
            for part in variable.back {
                self = self.with(Tag::Back, part.as_bytes());
            }
        }
        self
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// What becomes of each variable when all settings are made in order.
fn variables(settings: &[Setting]) -> Vec<Variable<'_>> {
    let mut all: Vec<Variable<'_>> = Vec::new();
    for setting in settings {
        let name = match setting {
            Setting::Set { name, .. }
            | Setting::SetDefault { name, .. }
            | Setting::SetByHost { name, .. }
            | Setting::Unset { name }
            | Setting::Prefix { name, .. }
            | Setting::Suffix { name, .. } => name,
            _ => continue,
        };
        let known = all.iter().position(|it| it.name == name);
        let number = known.unwrap_or_else(|| {
            all.push(Variable {
                name,
                ..Variable::default()
            });
            all.len() - 1
        });
        all[number].change(setting);
    }
    all
}

impl<'a> Variable<'a> {
    fn change(&mut self, setting: &'a Setting) {
        match setting {
            Setting::Set { value, .. } => self.begin(Tag::Value, value),
            Setting::Unset { .. } => self.begin(Tag::Unset, ""),
            Setting::SetDefault { value, .. } if !self.has_parts() => match self.base {
                Some((Tag::Unset, _)) => self.base = Some((Tag::Value, value)),
                None if self.choices.is_empty() => self.base = Some((Tag::Default, value)),
                _ => {}
            },
            Setting::SetByHost { choices, .. } if !self.has_parts() && self.base.is_none() => {
                self.choices = choices;
            }
            Setting::Prefix {
                separator, value, ..
            } => {
                self.separator = separator;
                let parts = parts(value, separator);
                self.front.retain(|it| !parts.contains(it));
                self.front.splice(0..0, parts);
            }
            Setting::Suffix {
                separator, value, ..
            } => {
                self.separator = separator;
                for part in parts(value, separator) {
                    if !self.front.contains(&part) && !self.back.contains(&part) {
                        self.back.push(part);
                    }
                }
            }
            _ => {}
        }
    }

    /// Whether it has a value in any case.
    fn has_parts(&self) -> bool {
        !self.front.is_empty() || !self.back.is_empty()
    }

    fn begin(&mut self, tag: Tag, value: &'a str) {
        self.base = Some((tag, value));
        self.choices = &[];
        self.front.clear();
        self.back.clear();
    }
}

fn parts<'a>(value: &'a str, separator: &str) -> Vec<&'a str> {
    match separator.is_empty() {
        true => vec![value],
        false => value.split(separator).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix(value: &str) -> Setting {
        Setting::Prefix {
            name: "PATH".into(),
            separator: ":".into(),
            value: value.into(),
        }
    }

    fn texts(settings: &[Setting]) -> Vec<(u16, String)> {
        let orders = Orders::default().with_settings(settings);
        loader_stub::entry_records::Records(orders.bytes())
            .map(|(tag, text)| (tag, String::from_utf8_lossy(text).into_owned()))
            .collect()
    }

    fn is(settings: &[Setting], expected: &[(Tag, &str)]) {
        let expected: Vec<_> = (expected.iter())
            .map(|(tag, text)| (*tag as u16, (*text).to_owned()))
            .collect();
        assert_eq!(texts(settings), expected, "{settings:?}");
    }

    #[test]
    fn the_last_prefix_comes_first() {
        let expected = [
            (Tag::Variable, "PATH"),
            (Tag::Separator, ":"),
            (Tag::Front, "/c"),
            (Tag::Front, "/a"),
            (Tag::Front, "/b"),
        ];
        is(&[prefix("/a:/b"), prefix("/c")], &expected);
        is(&[prefix("/c:/b"), prefix("/a:/b"), prefix("/c")], &expected);
    }

    #[test]
    fn a_value_undoes_what_was_before_it() {
        let set = Setting::Set {
            name: "PATH".into(),
            value: "/v".into(),
        };
        let default = Setting::SetDefault {
            name: "PATH".into(),
            value: "/d".into(),
        };
        let head = [
            (Tag::Variable, "PATH"),
            (Tag::Value, "/v"),
            (Tag::Separator, ":"),
        ];
        is(&[prefix("/a"), set.clone(), default.clone()], &head);
        let unset = Setting::Unset {
            name: "PATH".into(),
        };
        let plain = |tag, text| [(Tag::Variable, "PATH"), (tag, text), (Tag::Separator, "")];
        is(&[unset, default.clone()], &plain(Tag::Value, "/d"));
        is(&[default], &plain(Tag::Default, "/d"));
    }

    #[test]
    fn arguments_keep_their_order() {
        let add = |value: &str| Setting::AddFlag {
            value: value.into(),
        };
        let append = |value: &str| Setting::AppendFlag {
            value: value.into(),
        };
        let argv0 = Setting::Argv0 { value: "n".into() };
        is(
            &[add("a"), append("y"), add("b"), append("z"), argv0],
            &[
                (Tag::Last, "y"),
                (Tag::Last, "z"),
                (Tag::Argv0, "n"),
                (Tag::First, "a"),
                (Tag::First, "b"),
            ],
        );
    }
}
