//! What `ldshim` says of itself: first the commands that most people need, with an example each, then all others.

use std::fmt::Write as _;
use std::io::stdout;

use clap::Command;
use clap::builder::styling::Style;

use crate::terminal::{fitting, width};

/// The commands that most people need, each with an example.
const FIRST: [(&str, &str); 5] = [
    ("run", "ldshim run ./program"),
    ("explain", "ldshim explain ./program"),
    ("pin", "ldshim pin ./program"),
    ("fix", "ldshim fix .venv"),
    ("doctor", "ldshim doctor"),
];

/// The others, by what they are about.
const OTHERS: [(&str, &[&str]); 5] = [
    ("Undo and look after", &["pins", "unpin", "unfix"]),
    ("Packages", &["locate", "index", "shell"]),
    ("For other machines", &["bundle"]),
    ("Files of programs", &["patch", "autopatch", "freeze"]),
    ("Parts", &["env", "stub", "ldconfig", "completions"]),
];

/// How wide the help is where it is for no terminal, in columns: as clap has it.
const ELSEWHERE: usize = 100;

const HEADING: Style = Style::new().bold().underline();
const NAME: Style = Style::new().bold();
const EXAMPLE: Style = Style::new().dimmed();

/// The same command line, whose own help is this.
pub(super) fn with_overview(command: Command) -> Command {
    let template = template(&command);
    command.help_template(template)
}

fn template(command: &Command) -> String {
    let about = |name: &str| {
        let found = command.find_subcommand(name).and_then(Command::get_about);
        found.map(ToString::to_string).unwrap_or_default()
    };
    let mut text = String::new();
    _ = writeln!(text, "{HEADING}Most needed:{HEADING:#}");
    for (name, example) in FIRST {
        write_command(&mut text, name, &about(name));
        _ = writeln!(text, "               {EXAMPLE}{example}{EXAMPLE:#}");
    }
    for (heading, names) in OTHERS {
        _ = writeln!(text, "\n{HEADING}{heading}:{HEADING:#}");
        for name in names {
            write_command(&mut text, name, &about(name));
        }
    }
    let text = fitting(&text, Some(width(&stdout()).unwrap_or(ELSEWHERE)));
    format!(
        "{{about-with-newline}}\n{{usage-heading}} ldshim COMMAND ...\n       ldshim ./program ...\n\n{text}\n\
         {HEADING}Options:{HEADING:#}\n{{options}}\n\n\
         More, with examples: `ldshim COMMAND --help`\n"
    )
}

fn write_command(text: &mut String, name: &str, about: &str) {
    let gap = 13 - name.len();
    _ = writeln!(text, "  {NAME}{name}{NAME:#}{:gap$}{about}", "");
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn each_command_stands_in_it_once() {
        let mut listed: Vec<_> = FIRST.iter().map(|it| it.0).collect();
        listed.extend(OTHERS.iter().flat_map(|it| it.1));
        listed.sort_unstable();
        let command = Cli::command();
        let mut all: Vec<_> = command.get_subcommands().map(Command::get_name).collect();
        all.sort_unstable();
        assert_eq!(listed, all);
    }
}
