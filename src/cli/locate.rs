use clap::Args;

/// `ldshim locate`
#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: 0 if there are packages, 1 if there are none, or no index.

Examples:
  ldshim locate libz.so.1
  ldshim locate 'libQt6*.so.6'"
)]
pub struct LocateArgs {
    /// Compare NAME with the whole path in the package, such as lib/dri/iris_dri.so
    #[arg(long)]
    pub path: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Print the names of libraries alone, each once, or for NAME=ATTR those of packages: what the completions of shells ask for
    #[arg(long, hide = true, conflicts_with_all = ["path", "json"])]
    pub names: bool,
    /// A library's file name, such as libz.so.1, or a pattern with *, ? and [...]
    #[arg(value_name = "NAME")]
    pub name: String,
}
