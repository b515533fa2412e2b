//! What is said to somebody whose machine lacks something: one line that they can paste.

use std::path::Path;

/// What is missing for a task.
pub struct Advice<'a> {
    /// The task, as it is called.
    pub task: &'a str,
    /// The commands and files that are missing.
    pub lacking: Vec<String>,
    /// The Debian packages that have them.
    pub packages: Vec<&'a str>,
    /// The user and group for whom `/nix` is to be made, if they may write to no Nix store.
    pub store_for: Option<(u32, u32)>,
}

impl Advice<'_> {
    /// What is missing, and how to get it.
    pub fn text(&self) -> String {
        let mut lacking = self.lacking.clone();
        if self.store_for.is_some() {
            lacking.push("a Nix store that you may write to (/nix)".to_owned());
        }
        let first = format!(
            "`cargo xtask {}` needs what this machine lacks: {}",
            self.task,
            lacking.join(", ")
        );
        let Some(steps) = self.steps() else {
            return format!(
                "{first}\n/nix belongs to somebody else: install Nix with its daemon, or start this as root"
            );
        };
        let as_root = if Path::new("/usr/bin/sudo").exists() {
            "sudo sh -c"
        } else {
            "su -c"
        };
        format!("{first}\nOn Debian this installs it:\n\n  {as_root} '{steps}'\n")
    }

    /// What root has to do, as a line for a shell. Nobody takes `/nix` away from its owner.
    fn steps(&self) -> Option<String> {
        let mut steps = Vec::new();
        if !self.packages.is_empty() {
            steps.push("apt-get update".to_owned());
            steps.push(format!(
                "apt-get install --yes --no-install-recommends {}",
                self.packages.join(" ")
            ));
        }
        if let Some((user, group)) = self.store_for {
            if Path::new("/nix/store").exists() {
                return None;
            }
            steps.push(format!("install -d -o {user} -g {group} /nix"));
        }
        Some(steps.join(" && "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_stands_first_and_one_line_can_be_pasted() {
        let advice = Advice {
            task: "demo",
            lacking: vec!["python3".to_owned(), "pip of Python".to_owned()],
            packages: vec!["python3", "python3-pip"],
            store_for: None,
        };
        let text = advice.text();
        let first = "`cargo xtask demo` needs what this machine lacks: python3, pip of Python";
        assert_eq!(text.lines().next(), Some(first));
        let lines: Vec<_> = text
            .lines()
            .filter(|line| line.contains("apt-get"))
            .collect();
        let all = "'apt-get update && \
                   apt-get install --yes --no-install-recommends python3 python3-pip'";
        assert!(matches!(lines[..], [line] if line.ends_with(all)), "{text}");
        assert!(!text.contains("/nix"), "{text}");
    }
}
