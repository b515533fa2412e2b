//! The command line of `ldshim`, run as a user runs it. One module per subject.

mod env_build;
mod env_leaves_out;
mod env_loader;
mod env_replace;
mod env_show;
mod library_tree;
mod stub;
#[path = "../common/stub.rs"]
mod stub_under_test;
