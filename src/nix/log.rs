//! Nix's messages for programs: `--log-format internal-json`, one JSON object a line behind `@nix ` (`JSONLogger` in Nix'
//! `src/libutil/logging.cc`, the same from 2.4 on).

use std::collections::BTreeMap;

use serde_json::Value;

/// How the lines begin.
const PREFIX: &str = "@nix ";
/// `resProgress` of Nix' `ResultType`: how far an activity is.
const PROGRESS: u64 = 105;
/// `resSetExpected`: how much activities of a type will do in all.
const EXPECTED: u64 = 106;
/// `lvlWarn` of Nix' `Verbosity`: what is greater is of no interest to its users.
const WARNING: u64 = 1;

/// What is done that takes long: types of Nix' `ActivityType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    /// `actCopyPath`: a store path comes into the store, from wherever.
    Copies = 100,
    /// `actFileTransfer`: a download.
    Downloads = 101,
}

/// What a line says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// So many bytes are here, of so many; 0 if that is not known.
    Progress { bytes: u64, total: u64 },
    /// A warning, or an error.
    Text(String),
    /// Nothing that matters here.
    Nothing,
}

/// Reads the lines of one command.
#[derive(Debug)]
pub(super) struct Log {
    work: Work,
    /// The activities of that type, ended or not: how many bytes of how many.
    activities: BTreeMap<u64, (u64, u64)>,
    /// How many bytes there will be, as other activities say.
    expected: BTreeMap<u64, u64>,
}

impl Log {
    /// For a command that does this.
    pub(super) fn of(work: Work) -> Self {
        Self {
            work,
            activities: BTreeMap::new(),
            expected: BTreeMap::new(),
        }
    }

    /// What one line says. A line that is not for programs is a text.
    pub(super) fn read(&mut self, line: &str) -> Said {
        let Some(json) = line.strip_prefix(PREFIX) else {
            return text(line);
        };
        let Ok(value) = serde_json::from_str::<Value>(json) else {
            return Said::Nothing;
        };
        let number = |name: &str| value[name].as_u64();
        let field = |at: usize| value["fields"][at].as_u64().unwrap_or_default();
        let id = number("id").unwrap_or_default();
        match (value["action"].as_str(), number("type")) {
            (Some("start"), Some(work)) if work == self.work as u64 => {
                self.activities.insert(id, (0, 0));
                Said::Nothing
            }
            (Some("result"), Some(PROGRESS)) => match self.activities.get_mut(&id) {
                Some(known) => {
                    *known = (field(0), field(1));
                    self.progress()
                }
                None => Said::Nothing,
            },
            (Some("result"), Some(EXPECTED)) if field(0) == self.work as u64 => {
                self.expected.insert(id, field(1));
                self.progress()
            }
            (Some("msg"), _) if number("level").is_some_and(|it| it <= WARNING) => {
                text(value["msg"].as_str().unwrap_or_default())
            }
            _ => Said::Nothing,
        }
    }
}

impl Log {
    fn progress(&self) -> Said {
        let done = self.activities.values();
        let known: u64 = done.clone().map(|it| it.1).sum();
        let expected: u64 = self.expected.values().sum();
        Said::Progress {
            bytes: done.map(|it| it.0).sum(),
            total: known.max(expected),
        }
    }
}

/// A text without the colours that Nix gives it.
fn text(text: &str) -> Said {
    match anstream::adapter::strip_str(text).to_string().trim() {
        "" => Said::Nothing,
        text => Said::Text(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn downloads_and_messages_are_read_and_all_else_is_not() {
        let mut log = Log::of(Work::Downloads);
        let start =
            r#"@nix {"action":"start","id":7,"level":4,"text":"downloading 'u'","type":101}"#;
        let progress = r#"@nix {"action":"result","fields":[10,20,0,0],"id":7,"type":105}"#;
        assert_eq!(log.read(progress), Said::Nothing, "of something else");
        assert_eq!(log.read(start), Said::Nothing);
        let downloaded = Said::Progress {
            bytes: 10,
            total: 20,
        };
        assert_eq!(log.read(progress), downloaded);
        let error =
            "@nix {\"action\":\"msg\",\"level\":0,\"msg\":\"\\u001b[31;1merror:\\u001b[0m no\"}";
        assert_eq!(log.read(error), Said::Text("error: no".into()));
        assert_eq!(log.read("warning: odd"), Said::Text("warning: odd".into()));
        for nothing in [
            r#"@nix {"action":"msg","level":4,"msg":"much"}"#,
            r#"@nix {"action":"stop","id":7}"#,
            r#"@nix {"action":"result","fields":[],"id":8,"type":105}"#,
            "@nix {",
            "@nix []",
            "",
        ] {
            assert_eq!(log.read(nothing), Said::Nothing, "{nothing}");
        }
    }

    #[test]
    fn of_many_copies_the_sum_is_told_and_what_is_still_to_come() {
        let mut log = Log::of(Work::Copies);
        for id in [1, 2] {
            let start = format!(r#"@nix {{"action":"start","id":{id},"type":100}}"#);
            assert_eq!(log.read(&start), Said::Nothing);
        }
        let progress = |bytes, total| Said::Progress { bytes, total };
        let expected = r#"@nix {"action":"result","fields":[100,500],"id":9,"type":106}"#;
        assert_eq!(log.read(expected), progress(0, 500));
        for (id, sum) in [(1, 7), (2, 14)] {
            let line =
                format!(r#"@nix {{"action":"result","fields":[7,100,0,0],"id":{id},"type":105}}"#);
            assert_eq!(log.read(&line), progress(sum, 500));
        }
        let of_downloads = r#"@nix {"action":"result","fields":[101,900],"id":9,"type":106}"#;
        assert_eq!(log.read(of_downloads), Said::Nothing);
    }
}
