//! The Nix files, in the format of nixfmt.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::attribute_path;
use crate::elf::Architecture;
use crate::printable::{self, REPLACEMENT};

/// The branch of nixpkgs that a flake names if the index does not say of which revision it is.
const BRANCH: &str = "nixos-unstable";

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A `shell.nix`.
    Shell,
    /// A `flake.nix`.
    Flake,
    /// A module for NixOS.
    Nixos,
}

/// What a file is about.
#[derive(Debug, Clone)]
pub struct Listing {
    /// The programs, as they were named.
    pub programs: Vec<String>,
    /// For which programs the libraries are.
    pub architecture: &'static Architecture,
    /// The packages; those that are named twice are put together.
    pub packages: Vec<Package>,
    /// The libraries that no package has.
    pub unprovided: Vec<Unprovided>,
    /// The commit of nixpkgs that the index was made of, if it is known.
    pub revision: Option<String>,
}

/// A package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Its attribute path in nixpkgs.
    pub attribute: String,
    /// The output.
    pub output: String,
    /// The libraries that it is there for.
    pub libraries: Vec<String>,
}

/// A library without a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unprovided {
    /// Its name.
    pub name: String,
    /// Why, in words.
    pub reason: String,
}

/// Writes a file.
#[must_use]
pub fn nix_file(listing: &Listing, format: Format) -> String {
    let mut text = head(listing);
    match format {
        Format::Shell => write_shell(&mut text, listing),
        Format::Flake => write_flake(&mut text, listing),
        Format::Nixos => write_module(&mut text, listing),
    }
    text
}

fn head(listing: &Listing) -> String {
    let mut text = String::from("# Made by `ldshim shell` for:\n");
    for program in &listing.programs {
        _ = writeln!(text, "#   {}", comment(program));
    }
    if !listing.unprovided.is_empty() {
        text.push_str("# No package was found for:\n");
    }
    for library in &listing.unprovided {
        let (name, reason) = (comment(&library.name), comment(&library.reason));
        _ = writeln!(text, "#   {name}: {reason}");
    }
    text
}

fn write_shell(text: &mut String, listing: &Listing) {
    text.push_str("# The stub has to be installed: programs.nix-ld.enable = true; on NixOS.\n");
    text.push_str("{\n  pkgs ? import <nixpkgs> { },\n}:\n\npkgs.mkShell {\n");
    write_variables(text, listing, 2);
    text.push_str("}\n");
}

fn write_flake(text: &mut String, listing: &Listing) {
    let is_commit = |it: &&String| it.len() == 40 && it.bytes().all(|it| it.is_ascii_hexdigit());
    let revision = listing.revision.as_ref().filter(is_commit);
    let revision = revision.map_or(BRANCH, String::as_str);
    text.push_str("# The stub has to be installed: programs.nix-ld.enable = true; on NixOS.\n");
    _ = write!(
        text,
        "{{
  inputs.nixpkgs.url = \"github:NixOS/nixpkgs/{revision}\";

  outputs =
    {{ nixpkgs, ... }}:
    let
      system = \"{}\";
      pkgs = nixpkgs.legacyPackages.${{system}};
    in
    {{
      devShells.${{system}}.default = pkgs.mkShell {{
",
        shell_system(listing.architecture)
    );
    write_variables(text, listing, 8);
    text.push_str("      };\n    };\n}\n");
}

fn write_module(text: &mut String, listing: &Listing) {
    let (enable, libraries) = if is_32_bit(listing) {
        (
            "    enable = true;\n    enable32Bit = true;\n",
            "libraries32",
        )
    } else {
        ("    enable = true;\n", "libraries")
    };
    let arguments = if listing.packages.is_empty() {
        "_: {"
    } else {
        "{ pkgs, ... }:\n{"
    };
    _ = write!(text, "{arguments}\n  programs.nix-ld = {{\n{enable}");
    _ = write!(text, "    {libraries} = ");
    write_list(text, listing, 4);
    text.push_str(";\n  };\n}\n");
}

/// The two variables of a shell.
fn write_variables(text: &mut String, listing: &Listing, indent: usize) {
    let (space, set) = (" ".repeat(indent), set(listing));
    let suffix = if is_32_bit(listing) {
        format!("_{}", listing.architecture.nix_system.replace('-', "_"))
    } else {
        String::new()
    };
    _ = writeln!(
        text,
        "{space}NIX_LD{suffix} = {set}.stdenv.cc.bintools.dynamicLinker;"
    );
    _ = write!(
        text,
        "{space}NIX_LD_LIBRARY_PATH{suffix} = pkgs.lib.makeLibraryPath "
    );
    write_list(text, listing, indent);
    text.push_str(";\n");
}

fn write_list(text: &mut String, listing: &Listing, indent: usize) {
    let mut lines: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for package in &listing.packages {
        let attribute = format!(
            "{}.{}",
            attribute_path(&package.attribute),
            attribute_path(&package.output)
        );
        let libraries = package.libraries.iter().map(String::as_str);
        lines.entry(attribute).or_default().extend(libraries);
    }
    if lines.is_empty() {
        return text.push_str("[ ]");
    }
    let (space, set) = (" ".repeat(indent), set(listing));
    text.push_str("[\n");
    for (attribute, libraries) in lines {
        let libraries = libraries
            .into_iter()
            .map(comment)
            .collect::<Vec<_>>()
            .join(", ");
        _ = writeln!(text, "{space}  {set}.{attribute} # {libraries}");
    }
    _ = write!(text, "{space}]");
}

/// The set of packages. Each is named with it, and not by `with`, so that no name means something else.
fn set(listing: &Listing) -> &'static str {
    if is_32_bit(listing) {
        "pkgs.pkgsi686Linux"
    } else {
        "pkgs"
    }
}

fn is_32_bit(listing: &Listing) -> bool {
    listing.architecture == Architecture::I686
}

/// The system of a shell for such programs: 32-bit ones are started from 64-bit ones.
fn shell_system(architecture: &Architecture) -> &'static str {
    match architecture {
        it if it == Architecture::I686 => Architecture::X86_64.nix_system,
        it => it.nix_system,
    }
}

/// A text for a comment: it has to stay on its line.
fn comment(text: &str) -> String {
    // Many editors end a line at these two as well.
    let shown = printable::line(text).replace(['\u{2028}', '\u{2029}'], REPLACEMENT);
    shown.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flake(revision: &str) -> String {
        let listing = Listing {
            programs: Vec::new(),
            architecture: Architecture::AARCH64,
            packages: Vec::new(),
            unprovided: Vec::new(),
            revision: Some(revision.to_owned()),
        };
        nix_file(&listing, Format::Flake)
    }

    #[test]
    fn a_flake_names_the_commit_of_the_index() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        assert!(flake(commit).contains(&format!("\"github:NixOS/nixpkgs/{commit}\";\n")));
        assert!(flake(commit).contains("system = \"aarch64-linux\";\n"));
        for other in [
            "",
            "main",
            "\"; x = \"",
            "0123456789abcdef0123456789abcdef0123456g",
        ] {
            assert!(
                flake(other).contains(&format!("\"github:NixOS/nixpkgs/{BRANCH}\";\n")),
                "{other}"
            );
        }
    }
}
