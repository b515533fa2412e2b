//! Libraries that have to do with the graphics driver, which fits the running kernel and the hardware.
//!
//! There are two kinds. The driver's own come with the system, in `/run/opengl-driver/lib` on NixOS, and are never taken from
//! a package: one of another version than the kernel's part refuses to work, one for other hardware finds none, and a second
//! copy beside the system's is loaded twice. That a package has a file of the name changes nothing: `libcuda.so` of the CUDA
//! toolkit is for linkers only. What programs are linked to are mostly not these but the libraries that find a driver, which
//! are in packages (libglvnd, vulkan-loader, libva) and of no use without one.
//!
//! The lists say how names begin and end, as drivers have many libraries with versions of all kinds. There are no others: all of
//! ldshim asks here.

/// Why no package is taken, in words that follow "NAME: ".
pub const NEVER_FROM_A_PACKAGE: &str = "it is the graphics driver's own, which has to fit the kernel and the hardware: it comes with the system and never from \
     a package";

/// Where it comes from instead.
pub const WHERE_FROM: &str = "On NixOS, hardware.graphics.enable = true; and the vendor's driver put it into /run/opengl-driver/lib, where programs.nix-ld has \
     programs find it; elsewhere name the folder that has it in programs.nix-ld.extraPaths";

/// How the names of a driver's own libraries begin and end. Not simply `libnv`: libnvrtc, libnvToolsExt and others are of the
/// CUDA toolkit, which packages have.
const OWN: &[(&str, &str)] = &[
    // NVIDIA: CUDA, video, ray tracing, and whatever begins with its name; `nvrm` on Jetson boards.
    ("libcuda.so", ""),
    ("libcudadebugger.so", ""),
    ("libnvcuvid.so", ""),
    ("libnvoptix.so", ""),
    ("libnvidia-", ""),
    ("libnvrm", ".so"),
    ("libglxserver_nvidia.so", ""),
    // What libglvnd loads: the vendors' parts of GLX, EGL and OpenGL ES.
    ("libGLX_", ""),
    ("libEGL_mesa.so", ""),
    ("libEGL_nvidia.so", ""),
    ("libGLESv1_CM_nvidia.so", ""),
    ("libGLESv2_nvidia.so", ""),
    ("libmali.so", ""),
    // Mesa's drivers, and how it finds buffers.
    ("libgallium-", ".so"),
    ("", "_dri.so"),
    ("", "_gbm.so"),
    // What the Vulkan loader loads.
    ("libvulkan_", ".so"),
    ("amdvlk32.so", ""),
    ("amdvlk64.so", ""),
    // What libva and libvdpau load.
    ("", "_drv_video.so"),
    ("libvdpau_", ""),
    // Intel's and AMD's parts for video, OpenCL and Level Zero.
    ("libmfx-gen.so", ""),
    ("libmfxhw32.so", ""),
    ("libmfxhw64.so", ""),
    ("libamfrt32.so", ""),
    ("libamfrt64.so", ""),
    ("libamdocl32.so", ""),
    ("libamdocl64.so", ""),
    ("libigdrcl.so", ""),
    ("libMesaOpenCL.so", ""),
    ("libRusticlOpenCL.so", ""),
    ("libze_intel_", ""),
    // The drivers of Windows, under WSL.
    ("libd3d12.so", ""),
    ("libd3d12core.so", ""),
    ("libdxcore.so", ""),
];

/// What begins like a driver's own and is in a package: what makes containers see a driver.
const OF_PACKAGES: &[&str] = &["libnvidia-container"];

/// How the names of the libraries begin that find a driver.
const FINDERS: &[&str] = &[
    "libGL.so",
    "libEGL.so",
    "libGLX.so",
    "libGLESv1_CM.so",
    "libGLESv2.so",
    "libOpenGL.so",
    "libvulkan.so",
    "libgbm.so",
];

/// How the names of libraries begin that load drivers, and of those that are drivers and have no other name.
const LOADERS: &[&str] = &[
    "libGL",
    "libEGL.",
    "libOpenGL.",
    "libvulkan.",
    "libgbm.",
    "libvdpau.",
    "libOpenCL.",
    "libcuda.",
];

/// How the names of libraries begin that a program's libraries load as drivers: vendors' parts of libglvnd, drivers for Vulkan and
/// VDPAU, and CUDA's.
const LOADED: &[&str] = &[
    "libGLX_",
    "libEGL_",
    "libGLESv2_",
    "libvulkan_",
    "libvdpau_",
    "libcuda.so.1",
];

/// Whether a library is the graphics driver's own, and so is never to be taken from a package or carried to another system.
#[must_use]
pub fn is_driver_library(name: &str) -> bool {
    let is_own = |&(begin, end): &(&str, &str)| {
        let rest = name.strip_prefix(begin);
        let behind = rest.and_then(|rest| Some(&rest[rest.rfind(end)? + end.len()..]));
        // A version may follow.
        behind.is_some_and(|it| it.is_empty() || it.starts_with('.'))
    };
    OWN.iter().any(is_own) && !OF_PACKAGES.iter().any(|it| name.starts_with(it))
}

/// Whether a library finds the graphics driver: a package has it, and the system has the driver.
#[must_use]
pub fn is_driver_finder(name: &str) -> bool {
    FINDERS.iter().any(|it| name.starts_with(it))
}

/// Whether a library loads drivers once it is used, or is one itself.
#[must_use]
pub fn loads_drivers(name: &str) -> bool {
    LOADERS.iter().any(|it| name.starts_with(it))
}

/// Whether a library of this name is looked at as a driver where a folder of drivers has it.
#[must_use]
pub fn is_loaded_as_driver(name: &str) -> bool {
    LOADED.iter().any(|it| name.starts_with(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_driver_has_libraries_of_its_own() {
        for name in [
            "libcuda.so",
            "libcuda.so.1",
            "libnvidia-ml.so.1",
            "libnvidia-encode.so.1",
            "libnvcuvid.so.1",
            "libGLX_nvidia.so.0",
            "libGLX_mesa.so.0",
            "libGLX_indirect.so.0",
            "libEGL_mesa.so.0",
            "libvdpau_nvidia.so.1",
            "libvdpau_radeonsi.so.1",
            "libvulkan_radeon.so",
            "libvulkan_intel.so",
            "amdvlk64.so",
            "iHD_drv_video.so",
            "nvidia_drv_video.so",
            "iris_dri.so",
            "swrast_dri.so",
            "dri_gbm.so",
            "libgallium-25.2.6.so",
            "libze_intel_gpu.so.1",
            "libamdocl64.so",
            "libdxcore.so",
            "libnvrm_gpu.so",
        ] {
            assert!(is_driver_library(name), "{name}");
            assert!(!is_driver_finder(name), "{name}");
        }
    }

    #[test]
    fn what_finds_a_driver_is_in_packages() {
        for name in ["libGL.so.1", "libGLX.so.0", "libvulkan.so.1", "libgbm.so.1"] {
            assert!(is_driver_finder(name), "{name}");
            assert!(!is_driver_library(name), "{name}");
        }
    }

    #[test]
    fn the_cuda_toolkit_is_no_part_of_the_driver() {
        for name in [
            "libnvrtc.so.12",
            "libnvToolsExt.so.1",
            "libnvJitLink.so.12",
            "libcudart.so.11.0",
            "libnvidia-container.so.1",
        ] {
            assert!(!is_driver_library(name), "{name}");
        }
    }

    #[test]
    fn other_libraries_are_neither() {
        for name in [
            "libz.so.1",
            "libGLU.so.1",
            "libGLEW.so.2.2",
            "libVkLayer_khronos_validation.so",
            "libva.so.2",
            "libvdpau.so.1",
            "libdrm_intel.so.1",
            "libmalloc",
            "cuda",
            "",
        ] {
            assert!(
                !is_driver_library(name) && !is_driver_finder(name),
                "{name}"
            );
        }
    }
}
