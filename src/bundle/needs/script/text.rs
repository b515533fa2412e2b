//! Commands for sh at the beginning of a script. They are for the shells of all systems: POSIX, and `readlink -f`, which
//! coreutils, BusyBox and toybox have.

use std::path::Path;

use super::super::super::double_quotes::literal;
use super::super::super::{ROOT, Setting};

/// The shell's variable with the bundle's folder. It is not exported.
pub(super) const VARIABLE: &str = "LDSHIM_BUNDLE";

/// Commands that find the bundle from a script with this place in it.
pub(super) fn find_bundle(place: &Path) -> String {
    let place = literal(&format!("/{}", place.display()));
    format!("{VARIABLE}=$(readlink -f \"$0\"); {VARIABLE}=${{{VARIABLE}%\"{place}\"}}")
}

/// A text as a word in double quotes, with the bundle's folder where it says so.
pub(super) fn in_shell(text: &str) -> String {
    let text = literal(text).replace(ROOT, &format!("${{{VARIABLE}}}"));
    format!("\"{text}\"")
}

/// Commands that change the environment. Arguments are not in it, nor is `argv[0]`, which sh cannot set.
pub(super) fn settings_text(settings: &[Setting]) -> String {
    let mut text = String::new();
    for setting in settings {
        text += &match setting {
            Setting::Set { name, value } => format!("export {name}={}\n", in_shell(value)),
            Setting::SetDefault { name, value } => {
                format!(
                    "[ -n \"${{{name}+x}}\" ] || export {name}={}\n",
                    in_shell(value)
                )
            }
            Setting::Unset { name } => format!("unset {name}\n"),
            Setting::Prefix {
                name,
                separator,
                value,
            } => format!(
                "export {name}={}\"${{{name}:+{}${name}}}\"\n",
                in_shell(value),
                literal(separator)
            ),
            Setting::Suffix {
                name,
                separator,
                value,
            } => format!(
                "export {name}=\"${{{name}-}}${{{name}:+{}}}\"{}\n",
                literal(separator),
                in_shell(value)
            ),
            Setting::SetByHost { .. }
            | Setting::AddFlag { .. }
            | Setting::AppendFlag { .. }
            | Setting::Argv0 { .. } => continue,
        };
    }
    text
}
