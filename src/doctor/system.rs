//! What the system has beside the stub.

use std::path::Path;

use super::finding::Finding;
use super::generations::CURRENT;
use crate::sandbox::user_namespaces_forbidden_by;

/// Looks at the places that foreign programs count on.
pub(super) fn check() -> Vec<Finding> {
    let exists = |path: &str| Path::new(path).exists();
    let is_nixos = exists("/etc/NIXOS") || exists("/run/current-system");
    let mut findings = Vec::new();
    if is_nixos {
        findings.push(default_environment());
    }
    if !exists("/nix/store") {
        findings.push(Finding::info("no-store", "there is no /nix/store here", ""));
    }
    if !exists("/usr/bin/env") {
        findings.push(Finding::warning(
            "no-env",
            "there is no /usr/bin/env: most scripts do not start",
            "NixOS has it by default (environment.usrbinenv); in a container, add it.",
        ));
    }
    if is_nixos {
        findings.extend(bash());
        findings.push(driver());
    }
    for reason in user_namespaces_forbidden_by() {
        findings.push(Finding::info(
            "no-user-namespaces",
            "user namespaces are forbidden: `ldshim run` and the sandboxes of browsers and Electron do not work",
            &format!("{reason}."),
        ));
    }
    findings
}

fn default_environment() -> Finding {
    match Path::new(CURRENT).canonicalize() {
        Ok(path) => Finding::ok(
            "system-environment",
            match path == Path::new(CURRENT) {
                true => format!("{CURRENT} is there"),
                false => format!("{CURRENT} is {}", path.display()),
            },
        ),
        Err(_) => Finding::info(
            "no-system-environment",
            format!("there is no {CURRENT}: the running system has no library environment"),
            "Programs get what is baked into the stub or named by variables. programs.nix-ld.enable = true; makes one.",
        ),
    }
}

/// NixOS has no /bin/bash; envfs makes such paths up when they are asked for.
fn bash() -> Option<Finding> {
    let has_envfs = super::mounts::of_type("envfs").is_some();
    if has_envfs {
        return Some(Finding::ok("envfs", "envfs serves /bin and /usr/bin"));
    }
    (!Path::new("/bin/bash").exists()).then(|| {
        Finding::info(
            "no-bash",
            "there is no /bin/bash: scripts that begin with #!/bin/bash do not start",
            "services.envfs.enable = true; makes up such paths; or start them as `bash SCRIPT`.",
        )
    })
}

fn driver() -> Finding {
    let path = "/run/opengl-driver/lib";
    if Path::new(path).is_dir() {
        return Finding::ok("driver", format!("{path} has the graphics driver"));
    }
    Finding::info(
        "no-driver",
        format!("there is no {path}: programs find no graphics driver and no libcuda.so.1"),
        "If they need one: hardware.graphics.enable = true;",
    )
}
