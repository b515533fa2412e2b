//! Bundles as archives, by the tools that take them: tar, dpkg and lintian, rpm; and those that unpack themselves.

mod deb;
mod made;
mod papers;
mod rpm;
mod run;
mod tar;
