//! Another Debian suite than the machine's: its packages, for a folder and never for the system.
//!
//! apt gets a configuration of its own, with its own lists and cache, and takes nothing for installed. The
//! mirror is the one that the machine is set up for.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::{apt, process};

/// The keys of all suites, of the package debian-archive-keyring.
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// A suite with its configuration of apt.
pub struct Suite {
    name: &'static str,
    configuration: PathBuf,
}

/// What is asked of a suite.
#[derive(Clone, Copy)]
pub enum Ask<'a> {
    /// The current `.deb` files of these packages.
    Packages(&'a [&'a str]),
    /// The files of this source package, not unpacked.
    Source(&'a str),
}

impl Suite {
    /// A suite whose apt configuration is kept in `folder`.
    pub fn new(name: &'static str, folder: &Path) -> Self {
        let configuration = folder.join("apt");
        Self {
            name,
            configuration,
        }
    }

    /// Downloads into `folder`. apt verifies signatures.
    ///
    /// # Errors
    /// There is no Debian mirror among the machine's own, or what `apt-get` reports.
    pub fn download(&self, ask: Ask<'_>, folder: &Path) -> Result<()> {
        self.configure()?;
        process::run(&mut self.apt_get(&["update"]))
            .with_context(|| format!("cannot read the lists of Debian's {}", self.name))?;
        let mut command = match ask {
            Ask::Packages(packages) => self.apt_get(&[&["download"], packages].concat()),
            Ask::Source(package) => self.apt_get(&["source", "--download-only", package]),
        };
        process::run(command.current_dir(folder)).map(drop)
    }

    fn configure(&self) -> Result<()> {
        let cannot = || format!("cannot write {}", self.configuration.display());
        for folder in ["lists/partial", "cache/archives/partial"] {
            fs::create_dir_all(self.configuration.join(folder)).with_context(cannot)?;
        }
        let mirror = mirror()?;
        let [deb, source] =
            ["deb", "deb-src"].map(|kind| format!("{kind} {mirror} {} main\n", self.name));
        fs::write(self.configuration.join("sources.list"), deb + &source).with_context(cannot)?;
        fs::write(self.configuration.join("status"), "").with_context(cannot)
    }

    fn apt_get(&self, arguments: &[&str]) -> Command {
        let mut command = apt::apt_get();
        for (option, place) in [
            ("Dir::Etc::SourceList", "sources.list"),
            ("Dir::State::Lists", "lists"),
            ("Dir::State::Status", "status"),
            ("Dir::Cache", "cache"),
        ] {
            let path = self.configuration.join(place);
            command.arg(format!("--option={option}={}", path.display()));
        }
        command.arg("--option=Dir::Etc::SourceParts=/dev/null");
        // Without its sandbox user apt needs no permission in the folders but the caller's.
        command.arg("--option=APT::Sandbox::User=root");
        command.args(arguments);
        command
    }
}

/// The address of the machine's Debian mirror and the key of Debian's archive, as sources.list has them.
fn mirror() -> Result<String> {
    let mut ask = Command::new("apt-get");
    ask.args(["indextargets", "--format", "$(REPO_URI)"]);
    ask.args(["Created-By: Packages", "Label: Debian"]);
    let answer = process::run(&mut ask)?;
    let uri = answer.lines().next();
    let uri = uri.context("apt knows no Debian mirror; is this another system?")?;
    Ok(if Path::new(KEYRING).exists() {
        format!("[signed-by={KEYRING}] {uri}")
    } else {
        uri.to_owned()
    })
}
