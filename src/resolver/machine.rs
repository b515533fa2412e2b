//! What a real loader learns of the processor: which folders of `glibc-hwcaps` it uses, and what
//! `$PLATFORM` stands for.

use std::ffi::OsString;

use crate::elf::Architecture;

/// A processor, as glibc sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// The level of the x86-64 psABI, counted from 0; `get_isa_level` in glibc's
    /// `sysdeps/x86/get-isa-level.h`. 0 on other machines.
    pub isa_level: u32,
    /// `$PLATFORM`, if it has one: AT_PLATFORM, unless glibc knows better.
    pub platform: Option<OsString>,
    /// The capabilities that are folders of their own before glibc 2.37, the least first.
    pub legacy_hwcaps: Vec<&'static str>,
}

impl Machine {
    /// This machine's processor, for programs of `architecture`. Programs of another machine are
    /// taken to run on the least of its kind.
    #[must_use]
    pub fn this(architecture: &Architecture) -> Self {
        if architecture == Architecture::X86_64 {
            return Self {
                isa_level: isa_level(),
                platform: Some(platform_of_x86_64().into()),
                legacy_hwcaps: legacy_hwcaps_of_x86_64(),
            };
        }
        if architecture == Architecture::I686 {
            // Both are as old as the first x86-64, the least of the machines that ldshim is for.
            return Self {
                isa_level: isa_level(),
                platform: Some("i686".into()),
                legacy_hwcaps: vec!["sse2"],
            };
        }
        // The kernel has a name for the platform on aarch64, and none on riscv64.
        let is_arm = architecture == Architecture::AARCH64;
        Self {
            isa_level: 0,
            platform: is_arm.then(|| "aarch64".into()),
            legacy_hwcaps: Vec::new(),
        }
    }
}

#[cfg(target_arch = "x86_64")]
fn isa_level() -> u32 {
    use std::arch::is_x86_feature_detected as has;
    let v2 = has!("cmpxchg16b") && has!("popcnt") && has!("ssse3") && has!("sse4.2");
    let v3 = has!("avx2") && has!("bmi1") && has!("bmi2") && has!("f16c") && has!("fma");
    let v3 = v3 && has!("lzcnt") && has!("movbe");
    let v4 = has!("avx512f") && has!("avx512bw") && has!("avx512cd");
    let v4 = v4 && has!("avx512dq") && has!("avx512vl");
    match (v2, v3, v4) {
        (true, true, true) => 3,
        (true, true, false) => 2,
        (true, false, _) => 1,
        (false, ..) => 0,
    }
}

/// glibc renames the platform of newer processors by Intel: `update_active` in its
/// `sysdeps/x86/cpu-features.c`.
#[cfg(target_arch = "x86_64")]
fn platform_of_x86_64() -> &'static str {
    use std::arch::is_x86_feature_detected as has;
    let haswell = has!("avx2") && has!("fma") && has!("bmi1") && has!("bmi2");
    let haswell = haswell && has!("lzcnt") && has!("movbe") && has!("popcnt");
    if haswell && is_by_intel() {
        "haswell"
    } else {
        "x86_64"
    }
}

#[cfg(target_arch = "x86_64")]
fn legacy_hwcaps_of_x86_64() -> Vec<&'static str> {
    if is_by_intel() && isa_level() == 3 {
        vec!["x86_64", "avx512_1"]
    } else {
        vec!["x86_64"]
    }
}

#[cfg(target_arch = "x86_64")]
fn is_by_intel() -> bool {
    let leaf = std::arch::x86_64::__cpuid(0);
    let vendor = [leaf.ebx, leaf.edx, leaf.ecx].map(u32::to_le_bytes);
    vendor.as_flattened() == b"GenuineIntel"
}

#[cfg(not(target_arch = "x86_64"))]
fn isa_level() -> u32 {
    0
}

#[cfg(not(target_arch = "x86_64"))]
fn platform_of_x86_64() -> &'static str {
    "x86_64"
}

#[cfg(not(target_arch = "x86_64"))]
fn legacy_hwcaps_of_x86_64() -> Vec<&'static str> {
    vec!["x86_64"]
}
