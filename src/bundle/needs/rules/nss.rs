//! Libraries that glibc loads itself for names of users and hosts: for `compat` in /etc/nsswitch.conf, and before glibc 2.34 for
//! `files` and `dns` (its NEWS). Others that a host's nsswitch.conf names are the host's; glibc passes over what it does not find.

use super::super::need::{Library, Needs};
use super::super::seen::Seen;
use super::Given;

const LOOK_UPS: [&str; 8] = [
    "getpwnam",
    "getpwuid",
    "getpwnam_r",
    "getpwuid_r",
    "getgrgid",
    "getgrnam",
    "getaddrinfo",
    "gethostbyname",
];

pub(super) fn apply(given: &Given<'_>, needs: &mut Needs) {
    let Some(glibc) = given.seen.glibc() else {
        return;
    };
    if let Some(caller) = given.seen.caller(&LOOK_UPS) {
        let why = format!("names of users and hosts, for {}", caller.name());
        let is_old = !glibc.says("GLIBC_2.34");
        let of_old = ["libnss_files.so.2", "libnss_dns.so.2", "libresolv.so.2"];
        add(glibc, "libnss_compat.so.2", &why, needs);
        for name in of_old.iter().filter(|_| is_old) {
            add(glibc, name, &why, needs);
        }
    }
}

fn add(glibc: &Seen, name: &str, why: &str, needs: &mut Needs) {
    let source = glibc.folder().join(name);
    if source.exists() {
        needs.libraries.push(Library {
            source,
            why: why.to_owned(),
        });
    }
}
