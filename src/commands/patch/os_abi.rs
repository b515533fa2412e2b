//! The names that patchelf has for `EI_OSABI`.

/// Numbers, the names that are printed, and the names that are taken beside those.
const NAMES: [(u8, &str, &[&str]); 12] = [
    (0, "System V", &["system-v", "sysv"]),
    (1, "HP-UX", &[]),
    (2, "NetBSD", &[]),
    (3, "Linux", &["gnu"]),
    (4, "GNU Hurd", &["gnu-hurd", "hurd"]),
    (6, "Solaris", &[]),
    (7, "AIX", &[]),
    (8, "IRIX", &[]),
    (9, "FreeBSD", &[]),
    (10, "Tru64", &[]),
    (12, "OpenBSD", &[]),
    (13, "OpenVMS", &[]),
];

/// The name of a number.
pub(super) fn name(number: u8) -> String {
    let known = NAMES.iter().find(|it| it.0 == number);
    known.map_or_else(|| format!("0x{number:02X}"), |it| it.1.to_owned())
}

/// The number of a name, whatever its case.
pub(super) fn number(name: &[u8]) -> Option<u8> {
    let name = String::from_utf8_lossy(name).trim().to_lowercase();
    let is_meant =
        |it: &&(u8, &str, &[&str])| it.1.to_lowercase() == name || it.2.contains(&name.as_str());
    NAMES.iter().find(is_meant).map(|it| it.0)
}
