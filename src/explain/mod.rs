//! What would happen if a program were started through the stub.
//!
//! [`Explainer::explain`] looks what kind of file it is, asks [`loader_stub::plan::decide`] which
//! loader and libraries the stub would choose, and [`crate::resolver`] what that loader would do.
//! The result is a [`Report`]; [`text`] and [`json`] write it.

mod drivers;
mod env;
mod environment;
mod explainer;
mod glibc;
mod interpreter;
pub mod json;
mod kernel;
mod kind;
mod loaders;
mod origin;
mod payload;
mod pin;
mod plan;
mod providers;
mod report;
mod settings;
mod stub;
pub mod text;
pub mod tree;

pub use explainer::Explainer;
pub use glibc::is_of_glibc_family;
pub(crate) use kind::is_secure;
pub use payload::Payload;
pub use pin::would_be_taken;
pub use plan::{Choice, How, Plan, Refused};
pub use providers::Providers;
pub use report::{Dynamic, Kind, Problem, Report};
pub use settings::Settings;
pub(crate) use stub::check_loader;
