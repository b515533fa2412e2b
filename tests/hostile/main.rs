//! The stub in hostile company: everything that reaches it, and what comes of it. It works, or it says why not
//! in one line and ends with 127; it never hangs and never dies of a signal.

#[path = "../common/mod.rs"]
#[expect(dead_code, unused_imports, reason = "TestRoot is for tests/programs")]
mod common;

mod candidates;
mod damaged_loaders;
mod differential;
mod exec;
mod ground;
mod initial_stack;
mod limits;
#[path = "../common/long_path.rs"]
#[expect(
    dead_code,
    reason = "loaders with changed cache paths are for tests/behaviour"
)]
mod long_path;
mod mappings;
mod model;
mod privileged;
#[allow(
    unsafe_code,
    reason = "it lays out initial stacks, which are addresses"
)]
mod pure_half;
mod system_calls;
