//! The command line of `ldshim`, run as a user runs it. One module per subject.

mod color;
#[path = "../common/mod.rs"]
#[expect(dead_code, unused_imports, reason = "other tests need more of it")]
mod common;
mod completions;
mod env_architectures;
mod env_build;
mod env_extra_paths;
mod env_known_paths;
mod env_leaves_out;
mod env_prepared_loader;
mod env_replace;
mod env_show;
mod env_show_cache;
mod explain;
mod explain_kinds;
mod explain_mapping;
mod explain_payload;
mod explain_pins;
mod explain_providers;
mod explain_symbols;
mod explain_tree;
mod explain_verbose;
mod help;
#[path = "../common/http.rs"]
mod http;
mod index;
mod index_update;
mod interrupted;
mod ldconfig;
mod library_tree;
mod locate;
#[path = "../common/long_path.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod long_path;
#[path = "../common/nix_index.rs"]
mod nix_index;
#[path = "../common/own_mounts.rs"]
mod own_mounts;
mod stub;
#[path = "../common/terminal.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod terminal;
