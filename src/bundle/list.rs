//! What is in a bundle and why, for people.

use std::fmt::Write;
use std::path::Path;

use super::manifest::{File, FileKind, Manifest, Start};
use super::setting::{Choice, Setting};
use crate::printable::{self, Shown as _};

/// The list, for a terminal with so many columns; without a number no line is cut off.
#[must_use]
pub fn list(manifest: &Manifest, width: Option<usize>) -> String {
    let mut text = String::new();
    let files = &manifest.files;
    let bytes: u64 = files.iter().map(size).sum();
    _ = writeln!(
        text,
        "{} {} for {}: {} in {} files and links",
        manifest.name,
        manifest.release,
        manifest.system,
        human(bytes),
        files.len()
    );
    text += "\nPrograms:\n";
    for program in &manifest.programs {
        _ = writeln!(
            text,
            "  {}: {}, {}",
            program.name,
            shown(&program.place),
            started(program.start)
        );
        for setting in &program.settings {
            _ = writeln!(text, "      {}", said(setting));
        }
    }
    if !manifest.host_libraries.is_empty() {
        let names = manifest.host_libraries.join(", ");
        _ = writeln!(text, "\nLibraries that are the host's own: {names}");
    }
    text += "\nFiles:\n";
    let places: Vec<_> = files.iter().map(place).collect();
    let longest = places
        .iter()
        .map(|it| it.chars().count())
        .max()
        .unwrap_or(0);
    let column = longest.min(width.map_or(longest, |it| it / 2));
    for (file, place) in files.iter().zip(places) {
        let size = match file.kind {
            FileKind::File { size, .. } => human(size),
            FileKind::Link { .. } => "link".to_owned(),
        };
        if place.chars().count() <= column {
            _ = writeln!(text, "{size:>10}  {place:column$}  {}", file.why);
        } else {
            _ = writeln!(text, "{size:>10}  {place}\n{:>10}  {}", "", file.why);
        }
    }
    let text = printable::lines(&text);
    text.lines().map(|it| cut(it, width) + "\n").collect()
}

fn size(file: &File) -> u64 {
    match file.kind {
        FileKind::File { size, .. } => size,
        FileKind::Link { .. } => 0,
    }
}

fn place(file: &File) -> String {
    match &file.kind {
        FileKind::File { .. } => shown(&file.place),
        FileKind::Link { target } => format!("{} -> {}", shown(&file.place), shown(target)),
    }
}

fn shown(path: &Path) -> String {
    path.shown()
}

/// A size in the unit that fits.
fn human(bytes: u64) -> String {
    indicatif::HumanBytes(bytes).to_string()
}

/// A line for a terminal with so many columns.
fn cut(line: &str, width: Option<usize>) -> String {
    let line = line.trim_end();
    match width {
        Some(width) if line.chars().count() > width => line
            .chars()
            .take(width.saturating_sub(1))
            .chain(['…'])
            .collect(),
        _ => line.to_owned(),
    }
}

fn started(start: Start) -> &'static str {
    match start {
        Start::Inside => "started by the stub in it",
        Start::Launcher => "started by a launcher beside it",
        Start::Static => "needs no loader",
        Start::Script => "a script, by its interpreter in the bundle",
    }
}

fn said(setting: &Setting) -> String {
    match setting {
        Setting::Set { name, value } => format!("{name} is {value}"),
        Setting::SetDefault { name, value } => format!("{name} is {value}, unless it is set"),
        Setting::Unset { name } => format!("{name} is unset"),
        Setting::Prefix { name, value, .. } => format!("{name} begins with {value}"),
        Setting::Suffix { name, value, .. } => format!("{name} ends with {value}"),
        Setting::AddFlag { value } => format!("a first argument {value}"),
        Setting::AppendFlag { value } => format!("a last argument {value}"),
        Setting::Argv0 { value } => format!("argv[0] is {value}"),
        Setting::SetByHost { name, choices } => {
            let choices: Vec<_> = choices.iter().map(choice).collect();
            format!("{name}, unless it is set: {}", choices.join(", else "))
        }
    }
}

fn choice(Choice { there, value }: &Choice) -> String {
    match value {
        Some(value) if value == there => format!("{value} if it is there"),
        Some(value) => format!("{value} if there is {there}"),
        None => format!("nothing if there is {there}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Program;

    fn manifest() -> Manifest {
        let mut manifest = Manifest::new("hello".into(), "2.12".into(), "x86_64-linux".into());
        manifest.programs.push(Program {
            name: "hello".into(),
            place: "store/x-hello/bin/hello".into(),
            start: Start::Inside,
            original: None,
            settings: vec![Setting::Unset { name: "A".into() }],
        });
        let file = |place: &str, kind| File {
            place: place.into(),
            kind,
            source: None,
            why: "needed by hello".into(),
        };
        let kind = FileKind::File {
            size: 2048,
            executable: true,
            sha256: String::new(),
        };
        manifest.files.push(file("store/x-hello/bin/hello", kind));
        let target = "../store/x-hello/bin/hello".into();
        manifest
            .files
            .push(file("bin/hello", FileKind::Link { target }));
        manifest
    }

    #[test]
    fn everything_is_listed_with_its_reason() {
        let text = list(&manifest(), None);
        for line in [
            "hello 2.12 for x86_64-linux: 2.00 KiB in 2 files and links\n",
            "  hello: store/x-hello/bin/hello, started by the stub in it\n",
            "  2.00 KiB  store/x-hello/bin/hello                  needed by hello\n",
            "      link  bin/hello -> ../store/x-hello/bin/hello  needed by hello\n",
        ] {
            assert!(text.contains(line), "{text}");
        }
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_and_no_control_character_gets_there() {
        let mut manifest = manifest();
        manifest.files[0].why = "\x1b[31m needed by a program with quite a long name".into();
        for width in [20, 40, 80] {
            let text = list(&manifest, Some(width));
            assert!(text.lines().all(|it| it.chars().count() <= width), "{text}");
            assert!(!text.contains('\x1b'));
        }
    }
}
