//! What is printed of a file, in patchelf's words.

use anyhow::{Result, bail};

use super::os_abi;
use crate::surgery::Facts;

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
    /// The lines for a file that says this.
    ///
    /// # Errors
    /// The loader is asked for, and the file names none.
    pub fn lines(self, facts: &Facts) -> Result<Vec<u8>> {
        let mut lines: Vec<Vec<u8>> = Vec::new();
        if self.interpreter {
            let Some(path) = facts.interpreter.clone() else {
                bail!(
                    "cannot find section '.interp'. The input file is most likely statically linked"
                );
            };
            lines.push(path);
        }
        if self.os_abi {
            lines.push(os_abi::name(facts.os_abi).into_bytes());
        }
        if self.soname && facts.is_shared_object {
            lines.extend(facts.soname.clone().filter(|it| !it.is_empty()));
        }
        if self.rpath {
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
        if self.needed {
            lines.extend(facts.needed.clone());
        }
        lines.iter_mut().for_each(|line| line.push(b'\n'));
        Ok(lines.concat())
    }
}
