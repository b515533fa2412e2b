//! Bundles as archives, by the tools that take them: tar, dpkg and lintian, rpm.

mod deb;
mod made;
mod rpm;
mod tar;
