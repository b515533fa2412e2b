//! OpenSSL's providers and engines: OPENSSL_MODULES (provider(7)) and OPENSSL_ENGINES (openssl-env(7)).

use super::super::folder::{entries, take_all};
use super::super::need::{Needs, in_bundle};
use super::Given;

pub(super) fn apply(given: &Given<'_>, needs: &mut Needs) {
    for library in given.seen.named("libcrypto.so") {
        for folder in entries(library.folder()) {
            let name = folder.file_name().unwrap_or_default().to_string_lossy();
            let variable = match () {
                () if name == "ossl-modules" => "OPENSSL_MODULES",
                () if name.starts_with("engines-") => "OPENSSL_ENGINES",
                () => continue,
            };
            take_all(needs, &folder, "modules of OpenSSL");
            needs.set_default(variable, in_bundle(&folder));
            needs.served.push(folder);
        }
    }
}
