//! The value of a variable that changes: what the user has set, and what the records of an entry say.

use crate::entry_records::{BUNDLE, Records, Tag};

/// The value of one variable, not put together yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value<'a> {
    /// The records of this variable, and then others.
    records: Records<'a>,
    bundle: &'a [u8],
    separator: &'a [u8],
    /// What it is before parts are added; whether that is the records' own.
    base: Option<(&'a [u8], bool)>,
}

impl<'a> Value<'a> {
    /// The value by what the user has set, and the records behind the variable's name. `choice` is the number of the choice
    /// that is there, counted from 0.
    pub(crate) fn new(
        records: Records<'a>,
        user: Option<&'a [u8]>,
        bundle: &'a [u8],
        choice: Option<usize>,
    ) -> Self {
        let mut value = Self {
            records,
            bundle,
            separator: b"",
            base: user.map(|text| (text, false)),
        };
        let mut next_choice = 0;
        for (tag, text) in value.own() {
            if tag == Tag::Choice as u16 {
                next_choice += 1;
            } else if tag == Tag::ChoiceValue as u16 {
                if user.is_none() && choice.is_some_and(|choice| choice + 1 == next_choice) {
                    value.base = Some((text, true));
                }
            } else if tag == Tag::Unset as u16 {
                value.base = None;
            } else if tag == Tag::Value as u16 || tag == Tag::Default as u16 && user.is_none() {
                value.base = Some((text, true));
            } else if tag == Tag::Separator as u16 {
                value.separator = text;
            }
        }
        value
    }

    /// The records up to the next variable.
    fn own(&self) -> impl Iterator<Item = (u16, &'a [u8])> + use<'a> {
        self.records
            .take_while(|record| record.0 != Tag::Variable as u16)
    }

    fn parts(&self, tag: Tag) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.own()
            .filter(move |record| record.0 == tag as u16)
            .map(|record| record.1)
    }

    /// Whether the variable is set.
    pub(crate) fn is_some(&self) -> bool {
        self.base.is_some()
            || self.parts(Tag::Front).next().is_some()
            || self.parts(Tag::Back).next().is_some()
    }

    /// Hands out the value piece by piece.
    pub(crate) fn for_each_piece(&self, mut take: impl FnMut(&[u8])) {
        let has_parts = self
            .parts(Tag::Front)
            .chain(self.parts(Tag::Back))
            .next()
            .is_some();
        match self.base {
            Some((text, true)) if !has_parts => return for_each_expanded(text, self.bundle, take),
            Some((text, false)) if !has_parts => return take(text),
            _ => {}
        }
        let mut any = false;
        let mut take_part = |text: &[u8], is_own: bool| {
            if any {
                take(self.separator);
            }
            any = true;
            if is_own {
                for_each_expanded(text, self.bundle, &mut take);
            } else {
                take(text);
            }
        };
        for part in self.parts(Tag::Front) {
            take_part(part, true);
        }
        let (base, is_own) = self.base.unwrap_or((b"", false));
        if !base.is_empty() {
            let is_front = |part: &[u8]| {
                let mut fronts = self.parts(Tag::Front);
                fronts.any(|front| self.is_same(front, part))
            };
            for part in Parts::new(base, self.separator).filter(|part| !is_front(part)) {
                take_part(part, is_own);
            }
        }
        for part in self.parts(Tag::Back) {
            let is_there = Parts::new(base, self.separator).any(|it| self.is_same(part, it));
            if base.is_empty() || !is_there {
                take_part(part, true);
            }
        }
    }

    /// Whether a text of the records, with the bundle's folder in it, is this text.
    fn is_same(&self, own: &[u8], text: &[u8]) -> bool {
        let mut rest = Some(text);
        for_each_expanded(own, self.bundle, |piece| {
            rest = rest.and_then(|rest| rest.strip_prefix(piece));
        });
        rest.is_some_and(<[u8]>::is_empty) || own == text
    }
}

/// The parts of a text between separators; all of it if the separator is empty.
struct Parts<'a> {
    rest: Option<&'a [u8]>,
    separator: &'a [u8],
}

impl<'a> Parts<'a> {
    fn new(text: &'a [u8], separator: &'a [u8]) -> Self {
        Self {
            rest: Some(text),
            separator,
        }
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.rest?;
        let end = match self.separator.is_empty() {
            true => None,
            false => find(rest, self.separator),
        };
        let Some(end) = end else {
            self.rest = None;
            return Some(rest);
        };
        self.rest = rest.get(end + self.separator.len()..);
        rest.get(..end)
    }
}

/// Where a short text begins in another one.
fn find(text: &[u8], short: &[u8]) -> Option<usize> {
    (0..text.len()).find(|&at| text.get(at..).is_some_and(|rest| rest.starts_with(short)))
}

/// Hands out a text of the records piece by piece, with the bundle's folder in it.
pub(crate) fn for_each_expanded(text: &[u8], bundle: &[u8], mut take: impl FnMut(&[u8])) {
    let mut rest = text;
    while let Some(at) = find(rest, BUNDLE) {
        take(rest.get(..at).unwrap_or_default());
        take(bundle);
        rest = rest.get(at + BUNDLE.len()..).unwrap_or_default();
    }
    take(rest);
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    fn record(tag: Tag, text: &str) -> Vec<u8> {
        let length = (text.len() as u32).to_le_bytes();
        [&(tag as u16).to_le_bytes(), &length[..], text.as_bytes()].concat()
    }

    fn value(records: &[(Tag, &str)], user: Option<&str>) -> Option<std::string::String> {
        let mut bytes = Vec::new();
        for (tag, text) in records {
            bytes.extend(record(*tag, text));
        }
        bytes.extend(record(Tag::Variable, "OTHER"));
        bytes.extend(record(Tag::Value, "other"));
        let value = Value::new(Records(&bytes), user.map(str::as_bytes), b"/b", Some(1));
        let mut text = Vec::new();
        value.for_each_piece(|piece| text.extend(piece));
        value
            .is_some()
            .then(|| std::string::String::from_utf8(text).unwrap())
    }

    fn is(records: &[(Tag, &str)], user: Option<&str>, expected: Option<&str>) {
        assert_eq!(
            value(records, user).as_deref(),
            expected,
            "{records:?} {user:?}"
        );
    }

    #[test]
    fn a_value_takes_the_place_of_the_users_and_a_default_does_not() {
        for user in [None, Some(""), Some("x")] {
            is(&[(Tag::Value, "@bundle@/v")], user, Some("/b/v"));
            is(&[(Tag::Unset, "")], user, None);
            is(&[], user, user);
        }
        is(&[(Tag::Default, "d:@bundle@")], None, Some("d:/b"));
        is(&[(Tag::Default, "d")], Some(""), Some(""));
        is(&[(Tag::Default, "d")], Some("x"), Some("x"));
    }

    #[test]
    fn the_choice_that_is_there_gives_the_value_if_the_user_has_set_none() {
        let second = [
            (Tag::Choice, "/a"),
            (Tag::ChoiceValue, "1"),
            (Tag::Choice, "/b"),
            (Tag::ChoiceValue, "@bundle@/2"),
            (Tag::Choice, "/c"),
            (Tag::ChoiceValue, "3"),
        ];
        is(&second, None, Some("/b/2"));
        is(&second, Some("x"), Some("x"));
        is(&second[..2], None, None);
        let without = [
            (Tag::Choice, "/a"),
            (Tag::ChoiceValue, "1"),
            (Tag::Choice, "/b"),
        ];
        is(&without, None, None);
    }

    #[test]
    fn a_front_comes_first_and_is_taken_away_where_it_was() {
        let records = [
            (Tag::Separator, ":"),
            (Tag::Front, "@bundle@/a"),
            (Tag::Front, "c"),
        ];
        is(&records, None, Some("/b/a:c"));
        is(&records, Some(""), Some("/b/a:c"));
        is(&records, Some("x"), Some("/b/a:c:x"));
        is(&records, Some("x:/b/a:y:c"), Some("/b/a:c:x:y"));
        is(&records, Some("/b/a"), Some("/b/a:c"));
        is(&records, Some("x::y"), Some("/b/a:c:x::y"));
    }

    #[test]
    fn a_back_comes_last_unless_it_is_there() {
        let records = [(Tag::Separator, ", "), (Tag::Back, "@bundle@")];
        is(&records, None, Some("/b"));
        is(&records, Some("x"), Some("x, /b"));
        is(&records, Some("/b, x"), Some("/b, x"));
        is(&records, Some("/bx"), Some("/bx, /b"));
    }

    #[test]
    fn parts_are_added_to_a_value_of_the_records_too() {
        let records = [
            (Tag::Value, "@bundle@/v"),
            (Tag::Separator, ":"),
            (Tag::Back, "z"),
        ];
        is(&records, Some("x"), Some("/b/v:z"));
        let unset = [(Tag::Unset, ""), (Tag::Separator, ":"), (Tag::Front, "z")];
        is(&unset, Some("x"), Some("z"));
    }
}
