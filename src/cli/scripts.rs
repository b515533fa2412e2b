//! Completions for shells: what clap makes of the flags, and names of libraries from the index, which `ldshim locate
//! --names` is asked for.

use clap::CommandFactory;
use clap_complete::Shell;

use super::Cli;

/// Called as what clap has written is, and first lets that do its work.
const BASH: &str = r#"
_ldshim_with_index() {
    _ldshim "$@"
    local cur=$2
    if [[ ${COMP_WORDS[1]} == locate && ${COMP_CWORD} -ge 2 && ${cur} != -* ]]; then
        mapfile -t COMPREPLY < <(ldshim locate --names -- "${cur}*" 2>/dev/null)
    fi
}
complete -F _ldshim_with_index -o bashdefault -o default ldshim
"#;

const FISH: &str = r#"complete -c ldshim -n "__fish_ldshim_using_subcommand locate" -f -a '(ldshim locate --names -- "$(commandline -ct)*" 2>/dev/null)'
"#;

const ZSH: &str = r#"
_ldshim_libraries() {
    local -a names
    names=(${(f)"$(ldshim locate --names -- "${(Q)PREFIX}*" 2>/dev/null)"})
    compadd -a names
}
"#;

/// The script that gives a shell completions for `ldshim`.
#[must_use]
pub fn completions(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "ldshim", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    match shell {
        Shell::Bash => script + BASH,
        // clap leaves this flag as the pattern that it is to fish.
        Shell::Fish => script.replace(" -s ? ", " -s '?' ") + FISH,
        Shell::Zsh => with_libraries(&script),
        _ => script,
    }
}

/// The script for zsh, where an argument says by which function it is completed.
fn with_libraries(script: &str) -> String {
    let mut is_locate = false;
    let mut lines = Vec::new();
    for line in script.lines() {
        if line.starts_with('(') {
            is_locate = line == "(locate)";
        }
        if is_locate && line.starts_with("':name -- ") {
            lines.push(line.replace(":_default'", ":_ldshim_libraries'"));
        } else {
            lines.push(line.to_owned());
        }
        // The script's end calls a function that is defined before it.
        if line == "autoload -U is-at-least" {
            lines.push(ZSH.to_owned());
        }
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_name_to_locate_is_completed_from_the_index() {
        let script = completions(Shell::Zsh);
        assert_eq!(script.matches(":_ldshim_libraries'").count(), 1);
        assert_eq!(script.matches("_ldshim_libraries() {").count(), 1);
        assert!(completions(Shell::Bash).contains("complete -F _ldshim_with_index"));
        assert!(!completions(Shell::Elvish).contains("--names --"));
    }
}
