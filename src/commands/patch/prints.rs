//! What is printed of a file, in patchelf's words.

use anyhow::{Context, Result, anyhow};

use super::os_abi;
use crate::surgery::Facts;

/// What is said of a file that names no loader, and of one without a dynamic table.
pub(super) const NO_INTERPRETER: &str =
    "cannot find section '.interp'. The input file is most likely statically linked";
pub(super) const NO_DYNAMIC_TABLE: &str =
    "cannot find section '.dynamic'. The input file is most likely statically linked";

/// What is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Prints {
    pub interpreter: bool,
    pub os_abi: bool,
    pub soname: bool,
    pub rpath: bool,
    pub execstack: bool,
    pub needed: bool,
}

impl Prints {
    /// The lines for a file that says this, up to the first that it cannot say.
    pub fn lines(self, facts: &Facts) -> (Vec<u8>, Result<()>) {
        let mut lines: Vec<Vec<u8>> = Vec::new();
        let said = self.say(facts, &mut lines);
        lines.iter_mut().for_each(|line| line.push(b'\n'));
        (lines.concat(), said)
    }

    fn say(self, facts: &Facts, lines: &mut Vec<Vec<u8>>) -> Result<()> {
        if self.interpreter {
            let path = facts.interpreter.clone();
            lines.push(path.context(NO_INTERPRETER)?);
        }
        if self.os_abi {
            lines.push(os_abi::name(facts.os_abi).into_bytes());
        }
        if self.soname && facts.is_shared_object {
            lines.extend(facts.soname.clone().filter(|it| !it.is_empty()));
        }
        // A file with debugging information only has neither search path nor needed libraries, and that is no error.
        let has_table = || match facts.is_dynamic || facts.is_debug_only {
            true => Ok(facts.is_dynamic),
            false => Err(anyhow!(NO_DYNAMIC_TABLE)),
        };
        if self.rpath && has_table()? {
            lines.push(facts.search_path.clone().unwrap_or_default());
        }
        if self.execstack {
            let stack = match facts.executable_stack {
                Some(true) => 'X',
                Some(false) => '-',
                None => '?',
            };
            lines.push(format!("execstack: {stack}").into_bytes());
        }
        if self.needed && has_table()? {
            lines.extend(facts.needed.clone());
        }
        Ok(())
    }
}
