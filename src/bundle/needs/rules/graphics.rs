//! Drivers for graphics are the host's, for they fit its kernel and its hardware: where libglvnd and the loader of Vulkan look for them.
//! libglvnd: `src/EGL/icd_enumeration.md`, __EGL_VENDOR_LIBRARY_DIRS. Vulkan's loader looks in XDG_DATA_DIRS, /etc and /usr/share by
//! itself ("LoaderDriverInterface", "Driver Discovery on Linux"); what is built in is its package's folder with Nix.

use super::super::need::Needs;
use super::Given;

const EGL_FOLDERS: &str = "/etc/glvnd/egl_vendor.d:/usr/share/glvnd/egl_vendor.d:/run/opengl-driver/share/glvnd/egl_vendor.d";

pub(super) fn apply(given: &Given<'_>, needs: &mut Needs) {
    if given.seen.named("libEGL.so").next().is_some() {
        needs.set_default("__EGL_VENDOR_LIBRARY_DIRS", EGL_FOLDERS.into());
    }
}
