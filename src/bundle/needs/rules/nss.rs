//! Libraries that glibc loads itself: for `compat` in /etc/nsswitch.conf, and before glibc 2.34 for `files` and `dns` (its NEWS);
//! and libgcc_s for pthread_cancel(3), pthread_exit(3) and backtrace(3) (`sysdeps/gnu/unwind-resume.c`).

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
const UNWINDS: [&str; 3] = ["pthread_cancel", "pthread_exit", "backtrace"];

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
    if let Some(caller) = given.seen.caller(&UNWINDS)
        && given.seen.named("libgcc_s.so").next().is_none()
    {
        let why = format!("unwinding, for {}", caller.name());
        add(glibc, "libgcc_s.so.1", &why, needs);
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
