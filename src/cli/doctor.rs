//! The flags of `ldshim doctor`.

use clap::Args;

/// `ldshim doctor`
#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: 0 if there is no problem, 1 if there is one; with --message: 0 if the message is \
                        known, 1 if it is not.

Examples:
  ldshim doctor
  ldshim doctor --message 'No such file or directory'"
)]
pub struct DoctorArgs {
    /// Explain an error message instead; - reads it from standard input
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub message: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
