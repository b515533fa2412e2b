//! What is asked for: a program, by the name that this was started by, or something else, by a first argument that begins with
//! `--bundle-`. All other arguments are the program's.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::CStr;

use loader_stub::stack::InitialStack;
use run_head::index::{Record, records};

use crate::failure::Failure;
use crate::{Own, programs};

#[derive(Debug)]
pub(crate) enum Asked<'a> {
    Help,
    Extract(&'a CStr),
    Remove,
    /// A program, which does not get the first `skipped` arguments.
    Program {
        name: &'static [u8],
        skipped: usize,
    },
}

pub(crate) fn read<'a>(stack: &'a InitialStack, own: &Own) -> Result<Asked<'a>, Failure> {
    let argument = |number: usize| stack.argv.get(number).map(|it| it.to_c_str());
    let first = argument(1).map_or(&b""[..], CStr::to_bytes);
    Ok(match first {
        b"--bundle-help" => Asked::Help,
        b"--bundle-remove" => Asked::Remove,
        b"--bundle-extract" => match argument(2) {
            Some(folder) if !folder.is_empty() => Asked::Extract(folder),
            _ => {
                return Err(Failure::new(
                    "--bundle-extract needs the folder to unpack to",
                ));
            }
        },
        b"--bundle-program" => {
            let name = argument(2).map_or(&b""[..], CStr::to_bytes);
            let Some(name) = programs(own).find(|it| *it == name) else {
                let asked = String::from_utf8_lossy(name);
                return Err(Failure::new(&format!(
                    "it has no program {asked:?}, but: {}",
                    names(own)
                )));
            };
            Asked::Program { name, skipped: 2 }
        }
        _ => {
            let called = argument(0).map_or(&b""[..], CStr::to_bytes);
            let called = called.rsplit(|it| *it == b'/').next().unwrap_or_default();
            let meant = programs(own)
                .find(|it| *it == called)
                .or_else(|| programs(own).next());
            let name = meant.ok_or_else(|| Failure::new("it has no program"))?;
            Asked::Program { name, skipped: 0 }
        }
    })
}

fn names(own: &Own) -> String {
    let names: Vec<_> = programs(own).map(String::from_utf8_lossy).collect();
    names.join(", ")
}

pub(crate) fn help(own: &Own) -> Vec<u8> {
    let name = records(own.index).find_map(|it| match it {
        Record::Name(name) => Some(String::from_utf8_lossy(name)),
        _ => None,
    });
    format!(
        "{} with all that it needs to run, in one file. Made by `ldshim bundle`.\n\n\
         Its programs: {}\n\
         The first is started, or the one by whose name (of a link) this file is. All arguments are the program's, but:\n\n  \
         --bundle-program NAME     start this program, with the arguments behind NAME\n  \
         --bundle-extract FOLDER   unpack everything there, and start nothing\n  \
         --bundle-remove           remove what was unpacked into the cache folder\n  \
         --bundle-help             this text\n\n\
         The first start unpacks everything into $XDG_CACHE_HOME/ldshim-bundles ($HOME/.cache/ldshim-bundles;\n\
         without a home, /tmp/ldshim-bundles-UID).\n",
        name.unwrap_or_default(),
        names(own)
    )
    .into_bytes()
}
