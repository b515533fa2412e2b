//! Downloads by Nix, whose proxies, certificates and limits of time hold for them.

use std::env;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::Stdio;
use std::thread;

use anyhow::{Context, Result, anyhow, bail};

use super::Nix;
use super::command::end_with_this_process;
use super::log::{Log, Said, Work};

/// What Nix does, said while it does it.
#[derive(Debug)]
pub enum Step<'a> {
    /// So many bytes are here, of so many; 0 if that is not known.
    Downloaded {
        /// How many are here.
        bytes: u64,
        /// How many there are.
        total: u64,
    },
    /// Something went wrong, and Nix tries again.
    Warning(&'a str),
}

/// Whoever waits on a terminal for a server that says nothing more has less patience than Nix, which waits for 300 seconds, and
/// in older versions as long to be connected. NIX_CONFIG of the user says more.
const PATIENCE: &str = "connect-timeout = 15\nstalled-download-timeout = 30\n";

/// What Nix says when it tries again.
const AGAIN: &str = "retrying";

/// It is the function of every Nix, and needs no experimental feature. What a server says has not changed is not sent again.
const EXPRESSION: &str = "{ url, name }: builtins.fetchurl { inherit url name; }";

impl Nix {
    /// Downloads a file into the store, where it has this name; gives its store path. Nothing keeps it there.
    ///
    /// # Errors
    /// It cannot be had, or not be written to the store.
    pub fn download(
        &self,
        url: &str,
        name: &str,
        mut watch: impl FnMut(Step<'_>),
    ) -> Result<PathBuf> {
        let mut command = self.command("nix-instantiate");
        command.args(["--eval", "--json", "--read-write-mode"]);
        command.args(["--log-format", "internal-json"]);
        for (option, value) in [
            // Ask the server whether there is a newer one, however little time has passed.
            ("tarball-ttl", "0"),
            ("pure-eval", "false"),
            ("restrict-eval", "false"),
        ] {
            command.args(["--option", option, value]);
        }
        command.args(["--argstr", "url", url, "--argstr", "name", name]);
        command.args(["--expr", EXPRESSION]);
        let mut settings = OsString::from(PATIENCE);
        settings.push(env::var_os("NIX_CONFIG").unwrap_or_default());
        command.env("NIX_CONFIG", settings);
        command.stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        end_with_this_process(&mut command);

        let operation = || format!("cannot download {url}");
        let mut child = command
            .spawn()
            .context("cannot run nix-instantiate")
            .with_context(operation)?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let printed = thread::spawn(move || {
            let mut text = String::new();
            let read = stdout.map(|mut it| it.read_to_string(&mut text));
            read.transpose().map(|_| text)
        });
        let mut log = Log::of(Work::Downloads);
        let mut told = Vec::new();
        for line in stderr
            .into_iter()
            .flat_map(|it| BufReader::new(it).split(b'\n'))
        {
            match log.read(&String::from_utf8_lossy(&line.with_context(operation)?)) {
                Said::Progress { bytes, total } => watch(Step::Downloaded { bytes, total }),
                Said::Text(text) if text.contains(AGAIN) => watch(Step::Warning(&text)),
                Said::Text(text) => told.push(text),
                Said::Nothing => {}
            }
        }
        let status = child.wait().with_context(operation)?;
        let printed = printed.join().map_err(|_| anyhow!("a thread has failed"))?;
        let printed = printed.with_context(operation)?;
        if !status.success() {
            bail!("{}; Nix says:\n  {}", operation(), reason(&told));
        }
        let path = serde_json::from_str::<PathBuf>(&printed).ok();
        path.filter(|it| it.is_file())
            .with_context(|| format!("cannot read what nix-instantiate says: {printed}"))
    }
}

/// The end of what Nix says of a failure: before that, it says where in the expression it was.
fn reason(told: &[String]) -> String {
    let lines: Vec<_> = told
        .iter()
        .flat_map(|it| it.lines())
        .map(str::trim)
        .collect();
    let is_error = |line: &&str| line.starts_with("error: ");
    let at = lines.iter().rposition(is_error);
    match lines.get(at.unwrap_or(lines.len().saturating_sub(1))..) {
        Some(last) if !last.is_empty() => last.join("\n  "),
        _ => "nothing".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_what_nix_says_last() {
        let told = [
            "warning: a",
            "error:\n  … while calling\n\n  error: unable to download",
        ];
        let told: Vec<_> = told.map(str::to_owned).into();
        assert_eq!(reason(&told), "error: unable to download");
        let told = ["error: unable to download: HTTP error 200 (curl error: cut)".to_owned()];
        assert_eq!(reason(&told), told[0]);
        assert_eq!(reason(&["odd".to_owned()]), "odd");
        assert_eq!(reason(&[]), "nothing");
    }
}
