//! A real loader with room for a long cache path, as that of nixpkgs' glibc has: made of another
//! distribution's by moving its built-in path.
//!
//! In that glibc the path is `/nix/store/HASH-glibc-VERSION/etc/ld.so.cache`. Here such a path is written over
//! a part of the text that `--help` prints, and the instructions that take the address of the old one take
//! that of the new one. All else in the loader is as it was.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Context, Result, ensure};

const OLD: &[u8] = b"\0/etc/ld.so.cache\0";
const NEW: &[u8] = b"\0/nix/store/00000000000000000000000000000000-glibc-2.36/etc/ld.so.cache\0";
/// Texts in `--help` that are longer: of glibc since 2.33, and before.
const HELP: [&[u8]; 2] = [
    b"You may invoke the program interpreter program directly from the command\n\
    line to load and run an ELF executable file",
    b"You have invoked `ld.so', the helper program for shared library executables.",
];

/// Writes to `to` the loader at `from` with its cache path moved.
pub fn write_loader(from: &Path, to: &Path) -> Result<()> {
    const { assert!(NEW.len() <= HELP[0].len() && NEW.len() <= HELP[1].len()) }
    let mut loader = fs::read(from)?;
    // In the segments with code and constants, the first ones, addresses are offsets in the file. If this
    // ever changes, there is no instruction to be found.
    let Some(old) = find(&loader, OLD) else {
        // A store's glibc has a long path already.
        find(&loader, &OLD[1..]).context("the loader has no cache path")?;
        fs::copy(from, to)?;
        return Ok(());
    };
    let new = HELP.iter().find_map(|text| find(&loader, text));
    let new = new.context("the loader has no such text")?;
    loader[new..][..NEW.len()].copy_from_slice(NEW);
    loader[old..][..OLD.len()].fill(0);
    let moved = move_references(&mut loader, old + 1, new + 1)?;
    ensure!(moved > 0, "no instruction takes the cache path's address");
    fs::write(to, loader)?;
    fs::set_permissions(to, Permissions::from_mode(0o755))?;
    Ok(())
}

/// Writes to `to` the loader at `from` with another text in the place of its cache path, or with a second such path.
pub fn write_changed_loader(from: &Path, to: &Path, is_there_twice: bool) -> Result<()> {
    let mut loader = fs::read(from)?;
    let name = find(&loader, b"/ld.so.cache\0").context("the loader has no cache path")?;
    if is_there_twice {
        let help = HELP.iter().find_map(|text| find(&loader, text));
        let help = help.context("the loader has no such text")?;
        loader[help..][..OLD.len()].copy_from_slice(OLD);
    } else {
        loader[name + 1..][..2].copy_from_slice(b"xx");
    }
    fs::write(to, loader)?;
    fs::set_permissions(to, Permissions::from_mode(0o755))?;
    Ok(())
}

/// Lets each `lea REGISTER, [rip + DISTANCE]` of the address `old` take the address `new`; tells how many
/// there are.
fn move_references(code: &mut [u8], old: usize, new: usize) -> Result<usize> {
    const LENGTH: usize = 7;
    let mut count = 0;
    for start in 0..code.len() - LENGTH {
        let &[rex, opcode, modrm, ref distance @ ..] = &code[start..start + LENGTH] else {
            continue;
        };
        let is_lea = matches!(rex, 0x48 | 0x4c) && opcode == 0x8d && modrm & 0xc7 == 0x05;
        let end = i64::try_from(start + LENGTH)?;
        let target = end + i64::from(i32::from_le_bytes(distance.try_into()?));
        if is_lea && target == i64::try_from(old)? {
            let distance = i32::try_from(i64::try_from(new)? - end)?;
            code[start + 3..start + LENGTH].copy_from_slice(&distance.to_le_bytes());
            count += 1;
        }
    }
    Ok(count)
}

fn find(data: &[u8], text: &[u8]) -> Option<usize> {
    data.windows(text.len()).position(|window| window == text)
}
