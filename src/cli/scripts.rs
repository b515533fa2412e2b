//! Completions for shells: what clap makes of the flags, and names of libraries and of packages that have them from the index,
//! which `ldshim locate --names` is asked for.

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
        return
    fi
    # NAME=ATTR is one word to ldshim, and several to bash.
    local line=${COMP_LINE:0:COMP_POINT}
    local word=${line##* } before=${line% *}
    before=${before##* }
    case ${COMP_WORDS[1]},${before},${word} in
        pin,*,--select=* | fix,*,--select=* | autopatch,*,--select=*) word=${word#--select=} ;;
        pin,--select,* | fix,--select,* | autopatch,--select,*) ;;
        *) return ;;
    esac
    mapfile -t COMPREPLY < <(ldshim locate --names -- "${word}*" 2>/dev/null)
    if [[ ${word} != *=* ]]; then
        compopt -o nospace 2>/dev/null
        COMPREPLY=("${COMPREPLY[@]/%/=}")
    elif [[ ${COMP_WORDBREAKS} == *=* ]]; then
        COMPREPLY=("${COMPREPLY[@]#*=}")
    fi
}
complete -F _ldshim_with_index -o bashdefault -o default ldshim
"#;

const FISH: &str = r#"complete -c ldshim -n "__fish_ldshim_using_subcommand locate" -f -a '(ldshim locate --names -- "$(commandline -ct)*" 2>/dev/null)'
"#;

/// For each command that has `--select`.
const FISH_SELECT: &str = r#"complete -c ldshim -n "__fish_ldshim_using_subcommand COMMAND" -l select -r -f -a '(__ldshim_selections)'
"#;

const FISH_SELECTIONS: &str = r#"function __ldshim_selections
    set -l word (string replace -r '^--select=' '' -- (commandline -ct))
    if string match -q '*=*' -- $word
        ldshim locate --names -- "$word*" 2>/dev/null
    else
        ldshim locate --names -- "$word*" 2>/dev/null | string replace -r '$' '='
    end
end
"#;

/// The commands that have `--select NAME=ATTR`.
const SELECTING: [&str; 3] = ["pin", "fix", "autopatch"];

const ZSH: &str = r#"
_ldshim_selections() {
    local -a names
    names=(${(f)"$(ldshim locate --names -- "${(Q)PREFIX}*" 2>/dev/null)"})
    if [[ $PREFIX == *=* ]]; then
        compadd -a names
    else
        names=(${^names}=)
        compadd -S '' -a names
    fi
}
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
        Shell::Fish => with_selections(&script.replace(" -s ? ", " -s '?' ")),
        Shell::Zsh => with_libraries(&script),
        _ => script,
    }
}

/// The script for fish.
fn with_selections(script: &str) -> String {
    let selecting = SELECTING.map(|it| FISH_SELECT.replace("COMMAND", it));
    script.to_owned() + FISH + FISH_SELECTIONS + &selecting.concat()
}

/// The script for zsh, where an argument says by which function it is completed.
fn with_libraries(script: &str) -> String {
    let mut is_locate = false;
    let mut lines = Vec::new();
    for line in script.lines() {
        if line.starts_with('(') {
            is_locate = line == "(locate)";
        }
        if line.starts_with("'*--select=") {
            lines.push(line.replace(":_default'", ":_ldshim_selections'"));
        } else if is_locate && line.starts_with("':name -- ") {
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
        let selecting = SELECTING.len();
        assert_eq!(script.matches(":_ldshim_selections'").count(), selecting);
        assert!(completions(Shell::Bash).contains("complete -F _ldshim_with_index"));
        assert!(!completions(Shell::Elvish).contains("--names --"));
    }
}
