//! Nix's messages for programs: `--log-format internal-json`, one JSON object a line behind `@nix ` (`JSONLogger` in Nix'
//! `src/libutil/logging.cc`, the same from 2.4 on).

use std::collections::BTreeSet;

use serde_json::Value;

/// How the lines begin.
const PREFIX: &str = "@nix ";
/// `actFileTransfer` of Nix' `ActivityType`: a download.
const FILE_TRANSFER: u64 = 101;
/// `resProgress` of Nix' `ResultType`: how far an activity is.
const PROGRESS: u64 = 105;
/// `lvlWarn` of Nix' `Verbosity`: what is greater is of no interest to its users.
const WARNING: u64 = 1;

/// What a line says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// So many bytes of a download are here, of so many; 0 if that is not known.
    Downloaded { bytes: u64, total: u64 },
    /// A warning, or an error.
    Text(String),
    /// Nothing that matters here.
    Nothing,
}

/// Reads the lines of one command.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// The activities that are downloads.
    downloads: BTreeSet<u64>,
}

impl Log {
    /// What one line says. A line that is not for programs is a text.
    pub(super) fn read(&mut self, line: &str) -> Said {
        let Some(json) = line.strip_prefix(PREFIX) else {
            return text(line);
        };
        let Ok(value) = serde_json::from_str::<Value>(json) else {
            return Said::Nothing;
        };
        let number = |name: &str| value[name].as_u64();
        match (value["action"].as_str(), number("type")) {
            (Some("start"), Some(FILE_TRANSFER)) => {
                self.downloads.extend(number("id"));
                Said::Nothing
            }
            (Some("result"), Some(PROGRESS)) => {
                let is_download = number("id").is_some_and(|it| self.downloads.contains(&it));
                let field = |at: usize| value["fields"][at].as_u64().unwrap_or_default();
                match is_download {
                    true => Said::Downloaded {
                        bytes: field(0),
                        total: field(1),
                    },
                    false => Said::Nothing,
                }
            }
            (Some("msg"), _) if number("level").is_some_and(|it| it <= WARNING) => {
                text(value["msg"].as_str().unwrap_or_default())
            }
            _ => Said::Nothing,
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
        let mut log = Log::default();
        let start =
            r#"@nix {"action":"start","id":7,"level":4,"text":"downloading 'u'","type":101}"#;
        let progress = r#"@nix {"action":"result","fields":[10,20,0,0],"id":7,"type":105}"#;
        assert_eq!(log.read(progress), Said::Nothing, "of something else");
        assert_eq!(log.read(start), Said::Nothing);
        let downloaded = Said::Downloaded {
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
}
