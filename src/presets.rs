//! The presets of the NixOS module, with the libraries that they have: the same file as the module reads.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::sync::LazyLock;

use serde::Deserialize;

static DATA: LazyLock<Data> = LazyLock::new(|| {
    // Tests see to it that it can be read. Without it there is no advice.
    serde_json::from_str(include_str!("../nixos-module/presets.json")).unwrap_or_default()
});

/// `nixos-module/presets.json`
#[derive(Debug, Default, Deserialize)]
struct Data {
    /// The names of libraries in each package of nixpkgs. A package may have several names, `new|old`.
    packages: BTreeMap<String, Vec<String>>,
    presets: BTreeMap<String, Preset>,
}

#[derive(Debug, Deserialize)]
struct Preset {
    #[serde(default)]
    includes: Vec<String>,
    packages: Vec<String>,
    /// Whether 32-bit programs get it too.
    #[serde(default, rename = "in32Bit")]
    in_32_bit: bool,
}

/// The packages of each preset, as the module names them.
#[must_use]
pub fn packages() -> BTreeMap<&'static str, Vec<&'static str>> {
    let names = DATA.presets.keys().map(String::as_str);
    names.map(|name| (name, packages_of(name))).collect()
}

fn packages_of(preset: &str) -> Vec<&'static str> {
    let Some(preset) = DATA.presets.get(preset) else {
        return Vec::new();
    };
    let included = preset.includes.iter().flat_map(|it| packages_of(it));
    let own = preset.packages.iter().map(String::as_str);
    included.chain(own).collect()
}

/// The names of the libraries in a preset.
#[must_use]
pub fn libraries(preset: &str) -> BTreeSet<&'static str> {
    let packages = packages_of(preset).into_iter();
    let names = packages.flat_map(|it| DATA.packages.get(it).into_iter().flatten());
    names.map(String::as_str).collect()
}

/// Says which preset has missing libraries, if one has all of them or most.
#[must_use]
pub fn advice<'n>(missing: impl IntoIterator<Item = &'n OsStr>, is_32_bit: bool) -> Option<String> {
    let best = best(missing, is_32_bit)?;
    let what = match (best.count, best.of) {
        (1, 1) => "has it".to_owned(),
        (count, all) if all == count => "has all of them".to_owned(),
        (count, all) => format!("has {count} of these {all}"),
    };
    let option = best.option();
    Some(format!("On NixOS, {option}; {what}."))
}

/// The same in few words: the option to be set.
#[must_use]
pub fn option<'n>(missing: impl IntoIterator<Item = &'n OsStr>, is_32_bit: bool) -> Option<String> {
    best(missing, is_32_bit).map(|it| it.option())
}

/// The preset that would do best.
struct Best {
    preset: &'static str,
    is_32_bit: bool,
    /// How many of the libraries it has.
    count: usize,
    /// How many there are.
    of: usize,
}

impl Best {
    fn option(&self) -> String {
        let also = match self.is_32_bit {
            true => "programs.nix-ld.enable32Bit = true; ",
            false => "",
        };
        format!("{also}programs.nix-ld.presets = [ \"{}\" ]", self.preset)
    }
}

fn best<'n>(missing: impl IntoIterator<Item = &'n OsStr>, is_32_bit: bool) -> Option<Best> {
    let missing: BTreeSet<_> = missing.into_iter().collect();
    let has = |preset: &str| {
        let names = libraries(preset).into_iter().map(OsStr::new);
        names.filter(|it| missing.contains(it)).count()
    };
    let presets = DATA.presets.iter();
    let presets = presets.filter(|(_, preset)| preset.in_32_bit || !is_32_bit);
    let (count, preset) = presets
        .map(|(name, _)| (has(name), name.as_str()))
        // Of several that have as many, a desktop is the usual one, and a small one is better than a large one.
        .max_by_key(|&(count, name)| {
            (count, name == "desktop", Reverse(packages_of(name).len()))
        })?;
    let of = missing.len();
    (count > 0 && 2 * count >= of).then_some(Best {
        preset,
        is_32_bit,
        count,
        of,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advice_for(names: &[&str]) -> Option<String> {
        advice(names.iter().map(OsStr::new), false)
    }

    #[test]
    fn every_package_of_every_preset_is_described() {
        let data: Data =
            serde_json::from_str(include_str!("../nixos-module/presets.json")).unwrap();
        let mut used = BTreeSet::new();
        for (name, preset) in &data.presets {
            for package in &preset.packages {
                assert!(data.packages.contains_key(package), "{name}: {package}");
                used.insert(package);
            }
            for included in &preset.includes {
                assert!(data.presets.contains_key(included), "{name}: {included}");
            }
        }
        assert_eq!(used.len(), data.packages.len(), "and no others are");
        for name in data.packages.values().flatten() {
            assert!(name.starts_with("lib") && name.contains(".so"), "{name}");
        }
    }

    /// What the wheels PyQt6-Qt6 6.11, PyQt6-WebEngine-Qt6 6.11 and PySide6_Essentials 6.12 need of a system beyond the
    /// libraries that every system has, without their drivers for databases, for speech and for smart cards.
    const OF_QT: &[&str] = &[
        "libEGL.so.1",
        "libGL.so.1",
        "libGLX.so.0",
        "libOpenGL.so.0",
        "libX11.so.6",
        "libX11-xcb.so.1",
        "libXcomposite.so.1",
        "libXdamage.so.1",
        "libXext.so.6",
        "libXfixes.so.3",
        "libXrandr.so.2",
        "libXtst.so.6",
        "libasound.so.2",
        "libatk-1.0.so.0",
        "libbrotlidec.so.1",
        "libcairo.so.2",
        "libcups.so.2",
        "libdbus-1.so.3",
        "libdrm.so.2",
        "libexpat.so.1",
        "libfontconfig.so.1",
        "libfreetype.so.6",
        "libgbm.so.1",
        "libgdk-3.so.0",
        "libglib-2.0.so.0",
        "libgssapi_krb5.so.2",
        "libgtk-3.so.0",
        "libnspr4.so",
        "libnss3.so",
        "libpango-1.0.so.0",
        "libpulse.so.0",
        "libwayland-client.so.0",
        "libwayland-cursor.so.0",
        "libxcb-cursor.so.0",
        "libxcb-icccm.so.4",
        "libxcb-image.so.0",
        "libxcb-keysyms.so.1",
        "libxcb-randr.so.0",
        "libxcb-render-util.so.0",
        "libxcb-shape.so.0",
        "libxcb-util.so.1",
        "libxcb-xkb.so.1",
        "libxcb.so.1",
        "libxkbcommon-x11.so.0",
        "libxkbcommon.so.0",
        "libxkbfile.so.1",
    ];

    #[test]
    fn the_preset_that_has_all_is_named() {
        let told = advice_for(OF_QT).unwrap();
        assert!(
            told.contains("presets = [ \"qt\" ]; has all of them"),
            "{told}"
        );
        for (names, preset) in [
            (&["libX11.so.6", "libGL.so.1"][..], "desktop"),
            (
                &["libnss3.so", "libnotify.so.4", "libgtk-3.so.0"],
                "electron",
            ),
            (&["libXft.so.2", "libXt.so.6"], "desktop"),
            (
                &["libSDL2-2.0.so.0", "libopenal.so.1", "libX11.so.6"],
                "games",
            ),
            (&["libcublas.so.12", "libcudart.so.12"], "cuda"),
            (&["libgssapi_krb5.so.2"], "dotnet"),
            (&["libgthread-2.0.so.0"], "desktop"),
            (&["libcrypt.so.1"], "python"),
        ] {
            let told = advice_for(names).unwrap();
            assert!(
                told.contains(&format!("[ \"{preset}\" ]")),
                "{names:?}: {told}"
            );
        }
    }

    #[test]
    fn of_a_single_library_nothing_is_counted() {
        let told = "On NixOS, programs.nix-ld.presets = [ \"desktop\" ]; has it.";
        assert_eq!(advice_for(&["libxkbcommon.so.0"]).as_deref(), Some(told));
        let option = option([OsStr::new("libxkbcommon.so.0")], true).unwrap();
        assert!(
            option.starts_with("programs.nix-ld.enable32Bit = true; "),
            "{option}"
        );
    }

    #[test]
    fn where_none_would_do_none_is_named() {
        assert_eq!(advice_for(&[]), None);
        assert_eq!(advice_for(&["liba.so", "libb.so"]), None);
        let half = ["libX11.so.6", "libGL.so.1", "liba.so"];
        assert!(advice_for(&half).unwrap().ends_with("has 2 of these 3."));
        let few = [
            "libX11.so.6",
            "libGL.so.1",
            "liba.so",
            "libb.so",
            "libc1.so",
        ];
        assert_eq!(advice_for(&few), None);
    }

    #[test]
    fn thirty_two_bit_programs_have_presets_of_their_own() {
        let names = ["libX11.so.6", "libGL.so.1"].map(OsStr::new);
        let told = advice(names, true).unwrap();
        assert!(told.contains("enable32Bit = true"), "{told}");
        let names = ["libnss3.so", "libnspr4.so"].map(OsStr::new);
        assert_eq!(advice(names, true), None);
    }
}
