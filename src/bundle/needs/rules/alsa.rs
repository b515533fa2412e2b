//! Sound: ALSA's configuration, in the folder that ALSA_CONFIG_DIR names (alsa-lib's `src/conf.c`, `snd_config_topdir`). It is of the
//! library's own version; it reads the host's /etc/asound.conf.

use super::super::folder::take_all;
use super::super::need::{Needs, in_bundle};
use super::super::seen::beside;
use super::Given;

pub(super) fn apply(given: &Given<'_>, needs: &mut Needs) {
    let Some(library) = given.seen.named("libasound.so").next() else {
        return;
    };
    let places = ["../share/alsa", "../../share/alsa"];
    if let Some(folder) = beside(library, &places).filter(|it| it.join("alsa.conf").exists()) {
        take_all(needs, &folder, "sound");
        needs.set_default("ALSA_CONFIG_DIR", in_bundle(&folder));
        needs.served.push(folder);
    }
}
