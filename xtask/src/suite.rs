//! Another Debian suite than the machine's: its packages, for a folder and never for the system.
//!
//! apt gets a configuration of its own, with its own lists and cache, and takes nothing for installed. The
//! mirror is the one that the machine is set up for.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use xtask_start::process;

use crate::apt::Apt;

/// The keys of all suites, of the package debian-archive-keyring.
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// apt for a suite, whose configuration is kept in `folder`.
///
/// # Errors
/// There is no Debian mirror among the machine's own, or `folder` cannot be written.
pub fn apt(name: &str, folder: &Path) -> Result<Apt> {
    let configuration = folder.join("apt");
    configure(name, &configuration)?;
    let places = [
        ("Dir::Etc::SourceList", "sources.list"),
        ("Dir::State::Lists", "lists"),
        ("Dir::State::Status", "status"),
        ("Dir::Cache", "cache"),
    ];
    let mut options = vec![
        "--option=Dir::Etc::SourceParts=/dev/null".to_owned(),
        // Without its sandbox user apt needs no permission in the folders but the caller's.
        "--option=APT::Sandbox::User=root".to_owned(),
    ];
    for (option, place) in places {
        let path = configuration.join(place);
        options.push(format!("--option={option}={}", path.display()));
    }
    Ok(Apt::new(&format!("Debian's {name}"), options))
}

fn configure(suite: &str, configuration: &Path) -> Result<()> {
    let cannot = || format!("cannot write {}", configuration.display());
    for folder in ["lists/partial", "cache/archives/partial"] {
        fs::create_dir_all(configuration.join(folder)).with_context(cannot)?;
    }
    let mirror = mirror()?;
    let [deb, source] = ["deb", "deb-src"].map(|kind| format!("{kind} {mirror} {suite} main\n"));
    fs::write(configuration.join("sources.list"), deb + &source).with_context(cannot)?;
    fs::write(configuration.join("status"), "").with_context(cannot)
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
