//! On demand: whether the stub starts `ldshim pin` by itself for a program that has no pin.

use core::ffi::CStr;

use crate::plan::Inputs;
use crate::stack::Entry;

/// The tool that is started if none is baked in: a NixOS system's.
pub const DEFAULT_TOOL: &CStr = c"/run/current-system/sw/bin/ldshim";

/// The entry of the environment that keeps programs which the tool starts from asking again.
pub const OFF: &CStr = c"NIX_LD_ON_DEMAND=0";

/// Whether an entry of the environment is not for the tool: that one, and those for the loader of the program.
pub fn is_left_out(entry: Entry<'_>) -> bool {
    let begins = |name: &[u8]| entry.strip_prefix(name).is_some();
    begins(b"NIX_LD_ON_DEMAND=") || begins(b"LD_")
}

/// What is asked of the tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// The tool's path.
    pub tool: &'a CStr,
    /// What it may do where something is missing: the value of its flag `--auto`.
    pub policy: &'static CStr,
}

/// What to ask of the tool; `None` if that is not wanted. The variable decides, else what is baked in; never for
/// programs with more rights than their caller.
pub fn request<'a>(inputs: &Inputs<'a>) -> Option<Request<'a>> {
    let setting = inputs.settings.on_demand.or(inputs.baked.on_demand);
    let policy = match setting?.to_bytes() {
        _ if inputs.secure => return None,
        b"1" | b"ask" => c"ask",
        b"yes" => c"yes",
        _ => return None,
    };
    Some(Request {
        tool: inputs.baked.tool.unwrap_or(DEFAULT_TOOL),
        policy,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::baked::Baked;
    use crate::c_library::CLibrary;
    use crate::env::Settings;

    fn policy(
        variable: Option<&CStr>,
        baked: Option<&CStr>,
        secure: bool,
    ) -> Option<&'static CStr> {
        let settings = Settings {
            on_demand: variable,
            ..Settings::default()
        };
        let inputs = Inputs {
            c_library: CLibrary::Glibc,
            settings: &settings,
            secure,
            baked: Baked {
                on_demand: baked,
                tool: Some(c"/tool"),
                ..Baked::default()
            },
            pin: None,
        };
        let request = request(&inputs)?;
        assert_eq!(request.tool, c"/tool");
        Some(request.policy)
    }

    #[test]
    fn is_wanted_if_the_variable_says_so_or_else_the_configuration() {
        assert_eq!(policy(None, None, false), None);
        assert_eq!(policy(Some(c"1"), None, false), Some(c"ask"));
        assert_eq!(policy(Some(c"yes"), Some(c"ask"), false), Some(c"yes"));
        assert_eq!(policy(None, Some(c"yes"), false), Some(c"yes"));
        for off in [c"0", c"off", c"nonsense"] {
            assert_eq!(policy(Some(off), Some(c"yes"), false), None);
        }
    }

    #[test]
    fn is_never_done_for_privileged_programs() {
        assert_eq!(policy(Some(c"yes"), Some(c"yes"), true), None);
    }
}
