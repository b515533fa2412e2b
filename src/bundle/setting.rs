//! What is changed in the environment and arguments of a bundled program before it starts.

use serde::{Deserialize, Serialize};

/// What stands for the bundle's folder in values; the start puts that folder's path there.
pub const ROOT: &str = "@bundle@";

/// One change, as makeWrapper of nixpkgs has them (`pkgs/build-support/setup-hooks/make-wrapper.sh`). They are made in order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Setting {
    /// The variable has this value.
    Set {
        /// The variable.
        name: String,
        /// Its value.
        value: String,
    },
    /// The variable has this value if it has none.
    SetDefault {
        /// The variable.
        name: String,
        /// Its value.
        value: String,
    },
    /// The variable, if it has no value, gets one by what this system has: the first of the choices whose file or folder is
    /// there decides. If none is there, it stays without.
    SetByHost {
        /// The variable.
        name: String,
        /// The choices, the best one first.
        choices: Vec<Choice>,
    },
    /// The variable is not there.
    Unset {
        /// The variable.
        name: String,
    },
    /// The value is put before that of the variable, and is taken away from it where it was.
    Prefix {
        /// The variable.
        name: String,
        /// What stands between two values.
        separator: String,
        /// The value.
        value: String,
    },
    /// The value is put behind that of the variable, unless it is in it.
    Suffix {
        /// The variable.
        name: String,
        /// What stands between two values.
        separator: String,
        /// The value.
        value: String,
    },
    /// An argument before the user's.
    AddFlag {
        /// The argument.
        value: String,
    },
    /// An argument behind the user's.
    AppendFlag {
        /// The argument.
        value: String,
    },
    /// `argv[0]`
    Argv0 {
        /// The name.
        value: String,
    },
}

/// What a variable becomes where a file or folder is there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Choice {
    /// The file or folder: an absolute path, or one that begins with [`ROOT`].
    pub there: String,
    /// The value; `None` leaves the variable without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}
