//! Such a host over ssh: who is logged in has the environment that sshd gives, and a terminal only if `ssh -t` asks for one.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use ::nix::sys::stat::Mode;
use ::nix::unistd::mkfifo;
use ldshim::sandbox::Root;

use super::first_start::{pins, prints, scene};
use super::host::Host;
use crate::common::Ran;
use crate::nix::text;
use crate::nixos_like::{MACHINE, MACHINE_LIBRARIES, MACHINE_LOADER};
use crate::terminal::Terminal;

/// Where the server's files are in the root.
const PLACE: &str = "/etc/ssh";

pub fn over_ssh_nothing_is_asked_and_the_command_is_told() {
    let host = Host::of_alice();
    let (_, package) = scene(&host);
    host.index(&[&package]);
    let ran = Ran::of(&mut Login::to(&host).ssh(&[], "/tool/ldshim ./program"));
    assert_eq!((ran.code, &*ran.stdout), (Some(127), ""), "{ran:?}");
    assert!(ran.stderr.contains("--yes ./program"), "{ran:?}");
    assert_eq!(pins(&host), 0);
    prints(Ran::of(
        &mut Login::to(&host).ssh(&[], "/tool/ldshim run --yes ./program"),
    ));
    assert_eq!(pins(&host), 1);
}

pub fn over_ssh_with_a_terminal_it_is_found_and_started() {
    let host = Host::of_alice();
    let (_, package) = scene(&host);
    host.index(&[&package]);
    let mut login = Login::to(&host);
    let ended = Terminal::start(&mut login.ssh(&["-tt"], "/tool/ldshim ./program")).ends();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.screen.contains("program\r\n42\r\n"), "{ended:?}");
    assert_eq!(pins(&host), 1);
}

/// A server for one login, whose network is two pipes.
struct Login {
    folder: PathBuf,
    server: Child,
}

impl Login {
    fn to(host: &Host) -> Self {
        let folder = host.world.folder().join("ssh");
        _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).expect("a folder");
        for key in ["host", "alice"] {
            let mut make = Command::new("ssh-keygen");
            make.args(["-q", "-t", "ed25519", "-N", "", "-f"])
                .arg(folder.join(key));
            Ran::of(&mut make).succeeded();
        }
        let pipe = |name: &str| -> File {
            let path = folder.join(name);
            mkfifo(&path, Mode::S_IRUSR | Mode::S_IWUSR).expect("a pipe");
            // With both ends no open waits for the other side.
            let mut both = OpenOptions::new();
            both.read(true).write(true).open(path).expect("a pipe")
        };
        let server = Self::server(host, &folder)
            .stdin(pipe("in"))
            .stdout(pipe("out"))
            .stderr(Stdio::null())
            .spawn()
            .expect("a server");
        Self { folder, server }
    }

    /// The machine's sshd, of which nothing but users, keys and the store is in the root.
    fn server(host: &Host, folder: &Path) -> Command {
        let users = folder.join("passwd");
        let home = host.home();
        let lines = [("root", 0), ("alice", 1000), ("sshd", 100)]
            .map(|(name, id)| format!("{name}:x:{id}:{id}::{}:/bin/sh\n", text(&home)));
        fs::write(&users, lines.concat()).expect("a file");
        let show = |root: Root| {
            root.bind_read_only(folder, PLACE)
                .bind_read_only(&users, "/etc/passwd")
                .directory("/run/sshd")
        };
        let name = "/usr/sbin/sshd";
        let program = format!("{MACHINE}{name}");
        let mut arguments = vec!["--argv0", name, "--library-path", MACHINE_LIBRARIES];
        arguments.extend([&*program, "-i", "-f", "/dev/null"]);
        let mut command = host.system_command(show, MACHINE_LOADER, &arguments);
        let keys = [
            format!("HostKey={PLACE}/host"),
            format!("AuthorizedKeysFile={PLACE}/alice.pub"),
            "StrictModes=no".to_owned(),
        ];
        for option in keys {
            command.args(["-o", &option]);
        }
        let environment = host.environment().into_iter();
        let environment: Vec<_> = environment
            .map(|(name, value)| format!("\"{name}={value}\""))
            .collect();
        command.args(["-o", &format!("SetEnv={}", environment.join(" "))]);
        command
    }

    fn ssh(&mut self, flags: &[&str], remote: &str) -> Command {
        let mut ssh = Command::new("ssh");
        ssh.args(["-F", "none", "-o", "StrictHostKeyChecking=no", "-o"])
            .arg("UserKnownHostsFile=/dev/null")
            .args(["-o", "LogLevel=ERROR", "-o", "BatchMode=yes"]);
        let folder = text(&self.folder);
        // Whoever waits for what ssh prints does not wait for these.
        let network = format!("ProxyCommand=cat {folder}/out 2>&- & exec cat > {folder}/in 2>&-");
        ssh.args(["-o", &network, "-o", "IdentitiesOnly=yes", "-i"])
            .arg(self.folder.join("alice"));
        ssh.args(flags).args(["alice@host", remote]);
        ssh
    }
}

impl Drop for Login {
    fn drop(&mut self) {
        _ = self.server.kill();
        _ = self.server.wait();
    }
}
