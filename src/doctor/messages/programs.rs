//! Messages of particular programs, or about libraries that are special.

use super::Trap;

/// They come before what a real loader says of any library.
pub(super) const TRAPS: &[Trap] = &[
    Trap {
        code: "python-of-nixos",
        patterns: &[
            "ImportError: {library}: cannot open shared object file",
            "OSError: {library}: cannot open shared object file",
            "Original error was: {library}: cannot open shared object file",
        ],
        cause: "A module of Python needs a library that Python's loader does not find. If this Python is one of NixOS, no stub \
                has a part in it: its modules do not see the libraries of nix-ld.",
        advice: "Use a Python from elsewhere, such as one that `uv python install` downloads, with \
                 programs.nix-ld.presets = [ \"python\" ]; or the module from nixpkgs. If Python is a foreign one already: \
                 `ldshim locate {library}` names the package that is missing.",
        threads: &[
            "nix-community/poetry2nix#1391",
            "cachix/devenv#1264",
            "gradbench/gradbench#396",
        ],
        ..Trap::SURE
    },
    Trap {
        code: "venv-without-python",
        patterns: &[
            "virtual environment linked to non-existent Python interpreter: {program}",
            "Broken virtual environment {_folder:quoted}",
        ],
        cause: "The Python that this virtual environment was made with is gone: it was updated, or Nix removed it as garbage, which \
                nothing of the environment keeps.",
        advice: "Make it anew: `uv venv --clear`, or `python3 -m venv --clear DIR` and install again. One with a Python that \
                 `uv python install` downloads stays.",
        ..Trap::SURE
    },
    Trap {
        code: "numpy",
        patterns: &[
            "Importing the numpy C-extensions failed",
            "you should not try to import numpy from",
        ],
        cause: "numpy's wheel is missing libstdc++.so.6 or libz.so.1; the line with \"cannot open shared object file\" says which.",
        advice: "Use a Python from elsewhere, such as uv's, with programs.nix-ld.presets = [ \"python\" ]; a Python of NixOS does \
                 not see the libraries of nix-ld.",
        threads: &["nix-community/poetry2nix#1391", "cachix/devenv#1095"],
        ..Trap::SURE
    },
    Trap {
        code: "appimage-fuse",
        patterns: &[
            "error loading libfuse.so.2",
            "libfuse.so.2: cannot open shared object file",
            "AppImages require FUSE to run",
            "failed to exec fusermount",
            "Cannot mount AppImage, please check your FUSE setup",
            "fuse: device not found, try 'modprobe fuse' first",
        ],
        cause: "An AppImage mounts itself, by libfuse.so.2 and the setuid program fusermount.",
        advice: "`./X.AppImage --appimage-extract`, then start squashfs-root/AppRun, which the stub serves like any program. Or \
                 programs.appimage.enable = true; with `appimage-run`.",
        threads: &["AppImage/AppImageKit#472", "AppImage/AppImageKit#1225"],
        ..Trap::SURE
    },
    Trap {
        code: "driver-library",
        patterns: &[
            "{library:driver}: cannot open shared object file",
            "Error loading shared library {library:driver}: No such file or directory",
            "Cannot load {library:driver}",
            "cannot load {library:driver}",
            "Could not load {library:driver}",
            "ould not open {library:driver}",
        ],
        cause: "The library belongs to the graphics driver. It has to fit the running kernel, so it is in no package's \
                closure, but in /run/opengl-driver/lib.",
        advice: "hardware.graphics.enable = true; and the driver's own options; ldshim's module then searches that directory. \
                 Under WSL: programs.nix-ld.extraPaths = [ \"/usr/lib/wsl/lib\" ];",
        threads: &["NixOS/nixpkgs#77834", "NixOS/nixpkgs#65515"],
        ..Trap::SURE
    },
    Trap {
        code: "driver-not-found",
        patterns: &[
            "couldn't find libnvidia-ml.so library in your system",
            "Found no NVIDIA driver on your system",
            "Failed to initialize NVML: Driver/library version mismatch",
            "CUDA driver version is insufficient for CUDA runtime version",
            "MESA-LOADER: failed to open {_driver:word}:",
        ],
        cause: "The program found no graphics driver, or one of another version than the running kernel's. The driver's libraries \
                are not in any package's closure, but in /run/opengl-driver/lib.",
        advice: "hardware.graphics.enable = true; and the driver's own options; ldshim's module then searches that directory. After \
                 the system got another version of the driver, restart the machine. `ldshim doctor` says whether the \
                 directory is there.",
        threads: &["NixOS/nixpkgs#77834"],
        ..Trap::SURE
    },
    Trap {
        code: "opengl",
        patterns: &["{library:driver-finder}: cannot open shared object file"],
        cause: "OpenGL or Vulkan is missing: the library that finds the driver is in a package, the driver itself in \
                /run/opengl-driver/lib.",
        advice: "programs.nix-ld.presets = [ \"desktop\" ]; or libraries = [ pkgs.libGL pkgs.vulkan-loader ]; and \
                 hardware.graphics.enable = true;",
        threads: &["deepfire/nix-install-vendor-gl#7"],
        ..Trap::SURE
    },
    Trap {
        code: "vscode-server",
        patterns: &[
            "verify libstdc++ version",
            "verify libc version",
            "aka.ms/vscode-remote/faq/old-linux",
        ],
        cause: "VS Code's server looks for libstdc++ and libc by ldconfig before it starts; NixOS has none, though its Node.js \
                would run.",
        advice: "programs.nix-ld.enable = true; for Node.js, and `touch /tmp/vscode-skip-server-requirements-check` to leave \
                 that check out.",
        threads: &[
            "microsoft/vscode#202955",
            "microsoft/vscode-remote-release#7129",
            "microsoft/vscode-remote-release#682",
        ],
        ..Trap::SURE
    },
    Trap {
        code: "browser-sandbox",
        patterns: &[
            "The SUID sandbox helper binary was found, but is not configured correctly",
            "No usable sandbox!",
        ],
        cause: "Electron or Chromium may make no user namespace here, and falls back on a setuid helper. No file in the store is \
                setuid, and a downloaded one is not owned by root.",
        advice: "Allow user namespaces: `ldshim doctor` names the setting that forbids them. Or, for a helper outside the store: \
                 chown root and chmod 4755. --no-sandbox takes the protection away.",
        threads: &[
            "NixOS/nixpkgs#97682",
            "NixOS/nixpkgs#89599",
            "electron/electron#17972",
        ],
        ..Trap::SURE
    },
    Trap {
        code: "playwright",
        patterns: &["Host system is missing dependencies to run browsers"],
        cause: "Playwright looks for its browsers' libraries with ldd or by names of Debian packages, and does not see those of \
                the stub.",
        advice: "programs.nix-ld.presets = [ \"electron\" ]; and PLAYWRIGHT_SKIP_VALIDATE_HOST_REQUIREMENTS=true. `ldshim \
                 explain --all DIR` on the browser's folder says whether anything is missing.",
        ..Trap::SURE
    },
    Trap {
        code: "dotnet-icu",
        patterns: &[
            "find a valid ICU package",
            "No usable version of libssl was found",
        ],
        cause: ".NET opens ICU and OpenSSL while it runs, and finds none.",
        advice: "programs.nix-ld.presets = [ \"dotnet\" ]; and pkgs.openssl in libraries. Without ICU: \
                 DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1.",
        ..Trap::SURE
    },
    Trap {
        code: "qt-platform",
        patterns: &[
            "Could not load the Qt platform plugin",
            "could not load the Qt platform plugin",
            "Could not find the Qt platform plugin",
            "could not find the Qt platform plugin",
            "no Qt platform plugin could be initialized",
        ],
        cause: "Qt did not load its plugin for windows: a library that the plugin needs is missing, or it looks for plugins in \
                another Qt's folder (QT_PLUGIN_PATH).",
        advice: "`ldshim explain --all DIR` on the program's folder names it; QT_DEBUG_PLUGINS=1 does too. presets = [ \
                 \"desktop\" ]; has most of them.",
        ..Trap::SURE
    },
    Trap {
        code: "patched-payload",
        patterns: &["pkg/prelude/bootstrap.js", "Pkg: Error reading from file"],
        cause: "A program with a payload behind it (pkg, bun, deno, Node.js) was changed by patchelf or autoPatchelfHook, and \
                does not find its payload any more. Those of bun and deno then start as a plain bun or deno.",
        advice: "Take the program as it was downloaded, and let the stub start it. `ldshim explain {program}` says whether it has \
                 a payload. In a package: dontPatchELF, or patchelf --set-interpreter only.",
        threads: &[
            "NixOS/nixpkgs#544841",
            "oven-sh/bun#4103",
            "denoland/deno#19961",
        ],
        ..Trap::SURE
    },
];
