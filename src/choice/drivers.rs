//! Libraries that have to do with the graphics driver, which fits the running kernel and the machine.
//!
//! There are two kinds. The driver's own come with the system, in `/run/opengl-driver/lib` on NixOS, and in no package that
//! could be chosen: another system has others. What programs are linked to are mostly not these but the libraries that
//! find a driver, which are in packages (libglvnd, vulkan-loader, mesa) and of no use without one.
//!
//! The names are beginnings of names, as drivers have many libraries with versions of all kinds.

/// How the names of a driver's own libraries begin. Not simply `libnv`: libnvrtc, libnvToolsExt and others are of the CUDA
/// toolkit, which packages have.
pub const DRIVER_LIBRARIES: &[&str] = &[
    "libcuda.so",
    "libcudadebugger.so",
    "libnvcuvid.so",
    "libnvidia-",
    "libnvoptix.so",
    "libGLX_nvidia.so",
    "libEGL_nvidia.so",
    "libGLESv1_CM_nvidia.so",
    "libGLESv2_nvidia.so",
    "libvdpau_nvidia.so",
];

/// How the names of the libraries begin that find a driver.
pub const DRIVER_FINDERS: &[&str] = &[
    "libGL.so",
    "libEGL.so",
    "libGLX.so",
    "libGLESv2.so",
    "libOpenGL.so",
    "libvulkan.so",
    "libgbm.so",
];

/// Whether a library is the graphics driver's own, and so is never to be taken from a package or carried to another system.
#[must_use]
pub fn is_driver_library(name: &str) -> bool {
    DRIVER_LIBRARIES.iter().any(|it| name.starts_with(it))
}

/// Whether a library finds the graphics driver: a package has it, and the system has the driver.
#[must_use]
pub fn is_driver_finder(name: &str) -> bool {
    DRIVER_FINDERS.iter().any(|it| name.starts_with(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_driver_has_libraries_of_its_own() {
        for name in ["libcuda.so.1", "libnvidia-ml.so.1", "libGLX_nvidia.so.0"] {
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
        for name in ["libnvrtc.so.12", "libnvToolsExt.so.1", "libcudart.so.11.0"] {
            assert!(!is_driver_library(name), "{name}");
        }
    }

    #[test]
    fn other_libraries_are_neither() {
        for name in [
            "libz.so.1",
            "libcudart.so.11.0",
            "libGLU.so.1",
            "libGLEW.so.2.2",
            "cuda",
        ] {
            assert!(
                !is_driver_library(name) && !is_driver_finder(name),
                "{name}"
            );
        }
    }
}
