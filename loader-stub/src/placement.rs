//! Where a library path is told to the real loader: in a variable, or in an argument.

use core::ffi::CStr;

use crate::c_library::CLibrary;
use crate::direct;
use crate::env::UserLibraryPath;
use crate::stack::InitialStack;

/// Where in the copy the library path goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// In place of the environment's entry with this index.
    ReplaceVariable(usize),
    /// Behind the last entry of the environment.
    AppendVariable,
    /// In place of the argument with this index.
    ReplaceArgument(usize),
    /// The same, behind a `--library-path=`, which only musl's loader understands.
    ReplaceFlag(usize),
    /// Behind the zeroth argument, with a `--library-path` before it.
    InsertArgument,
}

impl Placement {
    /// Where the library path goes, and what the user says there already.
    pub fn choose<'a>(
        stack: &InitialStack<'a>,
        user: Option<UserLibraryPath<'a>>,
        c_library: CLibrary,
        is_direct: bool,
    ) -> (Self, &'a CStr) {
        let value = user.map_or(c"", |user| user.value.to_c_str());
        if !is_direct {
            let replaces = |user: UserLibraryPath<'_>| Self::ReplaceVariable(user.index);
            return (user.map_or(Self::AppendVariable, replaces), value);
        }
        match direct::library_path_argument(stack.argv, c_library) {
            Some(argument) if argument.has_flag => {
                (Self::ReplaceFlag(argument.index), argument.value)
            }
            Some(argument) => (Self::ReplaceArgument(argument.index), argument.value),
            None => (Self::InsertArgument, value),
        }
    }
}
