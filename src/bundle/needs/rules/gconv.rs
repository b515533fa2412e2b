//! Conversions between character sets: iconv_open(3) loads a module for each but the Unicode ones and ASCII, from a built-in folder, and
//! from those in GCONV_PATH before (glibc's manual, "glibc iconv Implementation").

use super::super::folder::take_all;
use super::super::need::{Needs, in_bundle};
use super::super::seen::beside;
use super::Given;

/// Libraries that convert from and to the character set of the locale only, which is UTF-8.
const FOR_LOCALE: [&str; 2] = ["libunistring.so", "libidn2.so"];

pub(super) fn apply(given: &Given<'_>, needs: &mut Needs) {
    let Some(folder) = given.seen.glibc().and_then(|it| beside(it, &["gconv"])) else {
        return;
    };
    needs.served.push(folder.clone());
    let mut objects = given.seen.iter();
    let glibc = given.seen.glibc().map(|it| it.folder().to_owned());
    let caller = objects.find(|it| {
        it.says("iconv_open")
            && !FOR_LOCALE.iter().any(|own| it.name().starts_with(own))
            && Some(it.folder()) != glibc.as_deref().filter(|_| it.name().starts_with("libc"))
    });
    let Some(caller) = caller else { return };
    let why = format!("character sets, for {}", caller.name());
    take_all(needs, &folder, &why);
    needs.set_default("GCONV_PATH", in_bundle(&folder));
}
