//! One file per task: what it does, step by step.

use anyhow::Result;

use crate::cli::Task;

mod bench;
mod demo;
mod docs;
mod fetch;
mod film;
mod fuzz;
mod man;
mod peers;
mod test;
mod vm;

/// Carries out a task.
///
/// # Errors
/// What the task reports.
pub fn run(task: &Task) -> Result<()> {
    match task {
        Task::Demo(args) => demo::run(args),
        Task::Film(args) => film::run(args),
        Task::Test(args) => test::run(args),
        Task::Bench(args) => bench::run(args),
        Task::Fetch(args) => fetch::run(args),
        Task::Vm(args) => vm::run(args),
        Task::Fuzz(args) => fuzz::run(args),
        Task::Peers(task) => peers::run(task),
        Task::Man => man::run(),
    }
}
