//! How messages of those begin that say neither always the same nor anything that nobody else says: shells, by whose names or
//! by the place in a script; and sentences about starting a program.

use super::names::word_start;

/// What begins a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opening {
    /// `bash: `, `/bin/sh: `, `x.sh: line 3: `, also of ash and ksh.
    Bash,
    /// `sh: 1: `, `x.sh: 3: `.
    Dash,
    /// `zsh: `, `zsh:1: `, `x.zsh:3: `.
    Zsh,
    /// `make: `, `gmake[2]: `.
    Make,
    /// `failed to start `, `error spawning the language server `.
    Sentence,
    /// `failed to execute process: `: what was to be started has no name.
    Nameless,
    /// What an error without any object has before it: nothing, `Error: `, `Caused by: `.
    Bare,
}

/// Names of shells whose messages are like those of bash.
const SHELLS: &[&str] = &["bash", "sh", "rbash", "ash", "ksh", "mksh", "oksh"];

/// What is done with a program, in English.
#[rustfmt::skip]
const VERBS: &[&str] = &[
    "execute", "executing", "exec", "spawn", "spawning", "start", "starting", "run", "running", "launch", "launching",
    "invoke", "invoking",
];

/// What a program may be called between the verb and its name.
#[rustfmt::skip]
const NOUNS: &[&str] = &[
    "a", "the", "new", "child", "sub", "external", "shell", "language", "lsp", "debug", "command", "process",
    "subprocess", "program", "binary", "executable", "server", "adapter", "tool", "helper", "plugin", "compiler",
    "formatter", "with", "at",
];

/// Those that mean a program and nothing else, at the end of a sentence.
const PROCESSES: &[&str] = &["process", "command", "program", "binary", "executable"];

/// What stands before an error that says nothing of what it is about.
const BARE: &[&str] = &["error:", "caused by:", "value:", "reason:"];

/// What says that it did not work.
#[rustfmt::skip]
const FAILURES: &[&str] = &[
    "failed", "failure", "unable", "cannot", "can't", "could not", "couldn't", "error", "not able", "did not",
];

impl Opening {
    /// Its name in patterns.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "bash" => Self::Bash,
            "dash" => Self::Dash,
            "zsh" => Self::Zsh,
            "make" => Self::Make,
            "sentence" => Self::Sentence,
            "nameless" => Self::Nameless,
            "bare" => Self::Bare,
            _ => return None,
        })
    }

    /// What stands before each end of such an opening.
    pub(super) fn separator(self) -> &'static str {
        match self {
            Self::Sentence => " ",
            Self::Bare => "",
            _ => ": ",
        }
    }

    /// Whether `text` ends with such an opening.
    pub(super) fn ends(self, text: &str) -> bool {
        let Some(head) = text.strip_suffix(self.separator()) else {
            return false;
        };
        match self {
            Self::Bash => is_line(head) || is_shell(head) || is_builtin(self, head),
            Self::Dash => is_numbered(head, ": ") || is_builtin(self, head),
            Self::Zsh => is_numbered(head, ":") || command(head) == "zsh",
            Self::Make => {
                let (name, _) = without_brackets(command(head));
                name == "make" || name == "gmake"
            }
            Self::Sentence => is_sentence(head),
            Self::Nameless => PROCESSES.iter().any(|it| head.ends_with(it)) && is_sentence(head),
            Self::Bare => is_bare(head.trim()),
        }
    }
}

/// `x.sh: line 3`
fn is_line(head: &str) -> bool {
    let digits = head.len() - head.trim_end_matches(|it: char| it.is_ascii_digit()).len();
    let before = &head[..head.len() - digits];
    digits > 0 && (before.ends_with(": line ") || before.ends_with(": -c: line "))
}

/// `x.sh: 3`, or with the other separator `x.sh:3`.
fn is_numbered(head: &str, separator: &str) -> bool {
    let before = head.trim_end_matches(|it: char| it.is_ascii_digit());
    let Some(name) = before.strip_suffix(separator) else {
        return false;
    };
    // Compilers and others count lines as well; a shell or a script of one has a name that says so, or a path.
    let word = &name[word_start(name, name.len())..];
    before.len() < head.len()
        && (word.ends_with("sh")
            || name.ends_with("(eval)")
            || word.contains('/') && !word.contains('.'))
}

/// `bash`, `-bash`, `/nix/store/x/bin/sh`, `mksh[3]`
fn is_shell(head: &str) -> bool {
    let (name, is_numbered) = without_brackets(command(head));
    SHELLS.contains(&name) || is_numbered && name.ends_with("sh")
}

/// `bash: line 1: exec`: a shell says which of its own commands is to start the program.
fn is_builtin(opening: Opening, head: &str) -> bool {
    let before = head
        .strip_suffix("exec")
        .or_else(|| head.strip_suffix("command"));
    before.is_some_and(|it| opening.ends(it))
}

/// The file name of the last word's path.
fn command(head: &str) -> &str {
    let word = &head[word_start_of_command(head)..];
    let name = word.rsplit('/').next().unwrap_or(word);
    name.strip_prefix('-').unwrap_or(name)
}

/// Brackets with a number belong to the word, `make[1]`.
fn word_start_of_command(head: &str) -> usize {
    let (name, is_numbered) = without_brackets(head);
    word_start(head, if is_numbered { name.len() } else { head.len() })
}

fn without_brackets(word: &str) -> (&str, bool) {
    let inner = word.strip_suffix(']').and_then(|it| it.rsplit_once('['));
    match inner {
        Some((name, number)) if number.bytes().all(|it| it.is_ascii_digit()) => (name, true),
        _ => (word, false),
    }
}

/// `failed to start the language server`
fn is_sentence(head: &str) -> bool {
    let is_any = |word: &str, of: &[&str]| of.iter().any(|it| word.eq_ignore_ascii_case(it));
    let ends = |it: char| it.is_whitespace() || it == ':';
    let mut words = head.rsplit(ends).filter(|it| !it.is_empty());
    let Some(verb) = words.find(|it| !is_any(it, NOUNS)) else {
        return false;
    };
    if !is_any(verb, VERBS) {
        return false;
    }
    let before = &head[..head.rfind(verb).unwrap_or(0)];
    let mut start = before.len().saturating_sub(100);
    while !before.is_char_boundary(start) {
        start += 1;
    }
    let before = before[start..].to_lowercase();
    FAILURES.iter().any(|it| before.contains(it))
}

/// `Error:`, `called Result::unwrap() on an Err value:`, `1:` in a list of causes.
fn is_bare(head: &str) -> bool {
    let number = head.strip_suffix(':').unwrap_or(head);
    let lower = head.to_lowercase();
    number.bytes().all(|it| it.is_ascii_digit()) || BARE.iter().any(|it| lower.ends_with(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(opening: Opening, yes: &[&str], no: &[&str]) {
        for text in yes {
            assert!(opening.ends(text), "{opening:?} {text}");
        }
        for text in no {
            assert!(!opening.ends(text), "{opening:?} {text}");
        }
    }

    #[test]
    fn shells_are_known_by_their_names_and_by_lines_of_scripts() {
        all(
            Opening::Bash,
            &[
                "bash: ",
                "-bash: ",
                "x | /nix/store/a/bin/sh: ",
                "./my run.sh: line 12: ",
                "bash: line 1: exec: ",
                "/x.sh: exec: line 2: ",
                "mksh[2]: ",
            ],
            &["crash: ", "systemd[1]: ", "cat: ", "line 3: ", "bash:", ""],
        );
        all(
            Opening::Dash,
            &["sh: 1: ", "/tmp/run: 3: ", "sh: 1: exec: "],
            &["x.c: 3: ", "sh: ", "sh: line 1: "],
        );
        all(
            Opening::Zsh,
            &["zsh: ", "-zsh: ", "zsh:1: ", "/x.zsh:3: ", "(eval):1: "],
            &["bash: ", "x.c:3: "],
        );
        all(
            Opening::Make,
            &["make: ", "x make[2]: ", "/usr/bin/gmake: "],
            &["cmake: ", "make: *** ", "make[x]: "],
        );
    }

    #[test]
    fn errors_without_an_object_stand_alone() {
        all(
            Opening::Bare,
            &[
                "",
                "  ",
                "Error: ",
                "info: caused by: ",
                "0: ",
                "on an `Err` value: ",
            ],
            &["couldn't read x: ", "reading: "],
        );
        all(
            Opening::Nameless,
            &[
                "failed to execute process: ",
                "Unable to spawn the command: ",
            ],
            &["failed to start server: ", "failed to kill process: "],
        );
    }

    #[test]
    fn sentences_say_that_a_program_was_not_started() {
        all(
            Opening::Sentence,
            &[
                "failed to start ",
                "Error: could not spawn the language server: ",
                "Error running command ",
            ],
            &[
                "failed to create directory ",
                "start ",
                "failed to start x, open ",
                "failed ",
            ],
        );
    }
}
