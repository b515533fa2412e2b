//! What a launcher script starts.
//!
//! Many programs come with a script that finds its own folder and starts what is in it: `exec "$(dirname "$0")/app.bin" "$@"`.
//! Whoever looks at the script alone sees a shell. Here its commands are read (`syntax`), what their words can mean is
//! worked out without running anything (`values`), and what is a program is told. Where that fails it is said so.

mod paths;
mod syntax;
mod values;

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use paths::{name_of, tidy};
use syntax::{Command, Word, literal, script};
use values::{Values, assignment};

/// Shells whose scripts are read.
const SHELLS: [&str; 8] = ["sh", "bash", "dash", "ash", "ksh", "mksh", "zsh", "busybox"];

/// Commands that start another, and their flags that take a word.
const STARTERS: [(&str, &[&str]); 13] = [
    ("exec", &["-a"]),
    ("command", &[]),
    ("env", &["-u", "-C", "-S"]),
    ("nohup", &[]),
    ("nice", &["-n"]),
    ("ionice", &["-c", "-n"]),
    ("setsid", &[]),
    ("stdbuf", &["-i", "-o", "-e"]),
    ("sudo", &["-u", "-g"]),
    ("pkexec", &["--user"]),
    ("dbus-run-session", &[]),
    ("eval", &[]),
    ("time", &[]),
];

/// How often values are worked out anew: assignments depend on each other.
const MOST_ROUNDS: usize = 6;
/// How many further scripts are read in.
const MOST_READ_IN: usize = 8;
/// A longer file is no launcher.
const LONGEST: u64 = 1 << 20;

/// What a script starts, as far as that can be told without running it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Launch {
    /// The programs and scripts that are there, in the order in which they are named.
    pub programs: Vec<PathBuf>,
    /// Paths of programs that are not there.
    pub absent: Vec<String>,
    /// The lines that start something, nobody can tell what.
    pub unclear: Vec<usize>,
    /// What the script may set LD_LIBRARY_PATH to; empty if it does not.
    pub library_path: Vec<String>,
}

/// What is known of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Script {
    /// It is one for a shell.
    Shell(Launch),
    /// It is in another language, and was not looked at: the program that runs it.
    Other(String),
}

impl Launch {
    /// Whether it tells nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.programs.is_empty()
    }

    /// What could not be told, in words that follow "it is a script, and".
    #[must_use]
    pub fn untold(&self) -> String {
        let absent = self.absent.iter();
        let absent = absent.map(|it| format!("{it}, which it starts, is not there"));
        let unclear = self.unclear.iter();
        let unclear = unclear.map(|it| format!("what it starts on line {it} could not be told"));
        let all: Vec<_> = absent.chain(unclear).collect();
        match all.is_empty() {
            true => "no program was found that it starts".into(),
            false => all.join(", and "),
        }
    }
}

/// Looks what a script starts, with these variables set.
///
/// # Errors
/// It cannot be read.
pub fn look(path: &Path, environment: &[(OsString, OsString)]) -> io::Result<Script> {
    let path = std::path::absolute(path)?;
    let text = read(&path)?;
    let shell = interpreter(&text);
    if !SHELLS.contains(&&*shell) {
        return Ok(Script::Other(shell));
    }
    let mut values = Values::new(&path, environment);
    let mut read_in = Vec::new();
    let read = script(&text);
    let mut commands = read.commands;
    values.add_functions(read.functions);
    for _ in 0..MOST_ROUNDS {
        let is_new = values.learn(&commands);
        let more = sourced(&commands, &values, &mut read_in);
        if !is_new && more.is_empty() {
            break;
        }
        for text in more {
            let read = script(&text);
            values.add_functions(read.functions);
            // What is read in comes before what depends on it.
            commands.splice(0..0, read.commands);
        }
    }
    let library_path = match commands.iter().any(|it| sets_library_path(&it.words)) {
        true => values.variable("LD_LIBRARY_PATH"),
        false => Vec::new(),
    };
    let mut launch = Launch {
        library_path,
        ..Launch::default()
    };
    let last = commands.iter().rposition(|it| !is_end(&it.words));
    for (number, command) in commands.iter().enumerate() {
        add(&mut launch, command, Some(number) == last, &values);
    }
    launch
        .programs
        .retain(|it| it.canonicalize().ok() != path.canonicalize().ok());
    Ok(Script::Shell(launch))
}

fn read(path: &Path) -> io::Result<String> {
    if path.metadata()?.len() > LONGEST {
        return Err(io::Error::other("it is too long for a launcher"));
    }
    Ok(String::from_utf8_lossy(&fs::read(path)?).into_owned())
}

/// The name of the program that runs a script; of what `env` starts, if that is it.
fn interpreter(text: &str) -> String {
    let first = text.lines().next().unwrap_or_default();
    let Some(line) = first.strip_prefix("#!") else {
        // What has no first line is for the shell that was told to start it.
        return "sh".into();
    };
    let mut words = line.split_ascii_whitespace();
    let program = name_of(words.next().unwrap_or_default());
    let is_program = |it: &&str| !it.starts_with('-') && !it.contains('=');
    match program {
        "env" => words.find(is_program).map_or("env", name_of).to_owned(),
        "busybox" => words.next().unwrap_or("sh").to_owned(),
        program => program.to_owned(),
    }
}

/// The texts of files that commands read in by `.` or `source`, each once.
fn sourced(commands: &[Command], values: &Values<'_>, known: &mut Vec<String>) -> Vec<String> {
    let mut texts = Vec::new();
    for command in commands {
        let [first, file, ..] = &command.words[..] else {
            continue;
        };
        if !matches!(literal(first).as_deref(), Some("." | "source")) {
            continue;
        }
        for path in values.word(file) {
            let is_new =
                path.starts_with('/') && !known.contains(&path) && known.len() < MOST_READ_IN;
            if let (true, Ok(text)) = (is_new, read(Path::new(&path))) {
                known.push(path);
                texts.push(text);
            }
        }
    }
    texts
}

/// Whether a command may follow the one that a script is for.
fn is_end(words: &[Word]) -> bool {
    let name = words.first().and_then(literal).unwrap_or_default();
    ["exit", "return", "wait", "popd"].contains(&&*name)
}

fn sets_library_path(words: &[Word]) -> bool {
    let names = words.iter().filter_map(assignment).map(|it| it.0);
    names.into_iter().any(|it| it == "LD_LIBRARY_PATH")
}

/// Adds what a command starts.
fn add(launch: &mut Launch, command: &Command, is_last: bool, values: &Values<'_>) {
    let (words, is_exec) = started(&command.words);
    let mut absent = None;
    for word in words {
        let mut candidates = values.word(word);
        candidates.retain(|it| !it.is_empty());
        let is_variable = literal(word).is_none();
        for candidate in &candidates {
            let files = files(candidate, is_exec || is_last || is_variable, values);
            if let Some(file) = files.into_iter().find(|it| is_program(it)) {
                if !launch.programs.contains(&file) {
                    launch.programs.push(file);
                }
                absent = None;
            } else if candidate.starts_with('/') && is_exec {
                absent = absent.or_else(|| Some(candidate.clone()));
            }
        }
        if candidates
            .iter()
            .any(|it| files(it, true, values).iter().any(|it| is_program(it)))
        {
            return;
        }
        // A variable that may be empty, such as one that names a debugger, stands before the program.
        if !is_variable {
            break;
        }
    }
    match absent {
        Some(path) if !launch.absent.contains(&path) => launch.absent.push(path),
        Some(_) => {}
        None if is_exec && !words.is_empty() => launch.unclear.push(command.line),
        None => {}
    }
}

/// The words from the program's on, and whether it takes the script's place.
fn started(words: &[Word]) -> (&[Word], bool) {
    let mut rest = words;
    let mut is_exec = false;
    loop {
        let assigned = rest
            .iter()
            .take_while(|it| assignment(it).is_some())
            .count();
        rest = &rest[assigned..];
        let Some(name) = rest.first().and_then(literal) else {
            return (rest, is_exec);
        };
        let starter = STARTERS.iter().find(|it| it.0 == name_of(&name));
        let Some((name, flags)) = starter else {
            return (rest, is_exec);
        };
        is_exec |= *name == "exec";
        rest = &rest[1..];
        while let Some(flag) = rest
            .first()
            .and_then(literal)
            .filter(|it| it.starts_with('-'))
        {
            let taken = 1 + usize::from(flags.contains(&&*flag));
            rest = &rest[taken.min(rest.len())..];
        }
    }
}

/// The files that a command's name may mean; a name without a slash only if it is to be searched for.
fn files(name: &str, is_searched: bool, values: &Values<'_>) -> Vec<PathBuf> {
    let path = Path::new(name);
    if path.is_absolute() {
        return vec![tidy(path)];
    }
    if name.contains('/') {
        let folders = values.folders.iter().map(|it| it.join(path));
        return folders
            .filter(|it| it.is_file())
            .map(|it| tidy(&it))
            .collect();
    }
    let found = values
        .in_path(name)
        .filter(|_| is_searched && !is_builtin(name));
    found.into_iter().map(PathBuf::from).collect()
}

/// Whether a file is a program or a script.
fn is_program(path: &Path) -> bool {
    let mut head = [0; 4];
    let read = fs::File::open(path).and_then(|mut it| io::Read::read(&mut it, &mut head));
    path.is_file() && read.is_ok() && (head.starts_with(b"#!") || head == *b"\x7fELF")
}

/// Whether the shell does it itself, though there may be a program of the name too.
fn is_builtin(name: &str) -> bool {
    const NAMES: [&str; 10] = [
        "[", "test", "echo", "printf", "true", "false", "cd", "pwd", "kill", "exit",
    ];
    NAMES.contains(&name)
}

#[cfg(test)]
mod tests;
