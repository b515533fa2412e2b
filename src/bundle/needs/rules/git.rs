//! Git's commands and the templates of its repositories: GIT_EXEC_PATH (git(1)) and GIT_TEMPLATE_DIR (git-init(1)). Commands in Perl and
//! Python, such as git-send-email, would bring these languages along; who wants them says so by --with.

use std::fs;
use std::path::Path;

use super::super::folder::{take, take_all};
use super::super::need::{Needs, in_bundle};
use super::super::seen::beside;
use super::Given;

/// A first line is not longer.
const LONGEST_LINE: usize = 256;

pub(super) fn apply(given: &Given<'_>, needs: &mut Needs) {
    let mut programs = given.seen.iter();
    let is_git = |it: &&str| ["git", ".git-wrapped"].contains(it);
    let Some(git) = programs.find(|it| is_git(&it.name()) && it.says("GIT_EXEC_PATH")) else {
        return;
    };
    let commands = ["../libexec/git-core", "../lib/git-core", "../git-core", "."];
    let is_commands = |it: &&&str| beside(git, &[it]).is_some_and(|it| it.ends_with("git-core"));
    if let Some(folder) = commands
        .iter()
        .find(is_commands)
        .and_then(|it| beside(git, &[it]))
    {
        take(needs, &folder, "commands of Git", &|it| {
            !is_of_other_language(it)
        });
        needs.set_default("GIT_EXEC_PATH", in_bundle(&folder));
        needs.served.push(folder);
    }
    let templates = [
        "../share/git-core/templates",
        "../../share/git-core/templates",
    ];
    if let Some(folder) = beside(git, &templates) {
        take_all(needs, &folder, "templates of Git's repositories");
        needs.set_default("GIT_TEMPLATE_DIR", in_bundle(&folder));
        needs.served.push(folder);
    }
}

fn is_of_other_language(path: &Path) -> bool {
    let head = match path.is_file() {
        true => fs::read(path).unwrap_or_default(),
        false => return false,
    };
    let line = &head[..head.len().min(LONGEST_LINE)];
    let line = line.split(|it| *it == b'\n').next().unwrap_or_default();
    let names = |it: &str| memchr::memmem::find(line, it.as_bytes()).is_some();
    line.starts_with(b"#!") && (names("perl") || names("python") || names("wish"))
}
