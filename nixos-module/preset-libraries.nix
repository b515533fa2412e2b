# The presets: what they are for, and the packages. A name is one of nixpkgs, or several, as find-package.nix has it.
let
  x11 = [
    "libx11|xorg.libX11"
    "libxcb|xorg.libxcb"
    "libxcomposite|xorg.libXcomposite"
    "libxcursor|xorg.libXcursor"
    "libxdamage|xorg.libXdamage"
    "libxext|xorg.libXext"
    "libxfixes|xorg.libXfixes"
    "libxi|xorg.libXi"
    "libxinerama|xorg.libXinerama"
    "libxrandr|xorg.libXrandr"
    "libxrender|xorg.libXrender"
    "libxscrnsaver|xorg.libXScrnSaver"
    "libxtst|xorg.libXtst"
    "libxkbfile|xorg.libxkbfile"
    "libxshmfence|xorg.libxshmfence"
    "libxxf86vm|xorg.libXxf86vm"
    "libsm|xorg.libSM"
    "libice|xorg.libICE"
  ];

  desktop = x11 ++ [
    "alsa-lib"
    "at-spi2-core"
    "cairo"
    "dbus"
    "expat"
    "fontconfig"
    "freetype"
    "fribidi"
    "gdk-pixbuf"
    "glib"
    "gtk3"
    "harfbuzz"
    "libGL"
    "libdrm"
    "libgbm|mesa"
    "libjpeg"
    "libpng"
    "libpulseaudio"
    "libuuid"
    "libxkbcommon"
    "pango"
    "pipewire"
    "vulkan-loader"
    "wayland"
  ];
in
{
  desktop = {
    description = "windows, fonts and sound: X11, Wayland, GTK 3, OpenGL, Vulkan, ALSA, PulseAudio, PipeWire";
    libraries = desktop;
    in32Bit = true;
  };

  # What Electron's and Chromium's own packages for Debian ask for, beyond a desktop.
  electron = {
    description = "Electron and web browsers, such as VS Code and those that Playwright downloads; `desktop` is in it";
    libraries = desktop ++ [
      "cups"
      "libnotify"
      "libsecret"
      "libva"
      "nspr"
      "nss"
    ];
  };

  # What the manylinux specifications (PEP 513, 571, 599, 600) let a wheel expect of any system, beyond glibc itself.
  python = {
    description = "Python wheels: what the manylinux specifications expect of a system";
    libraries = [
      "expat"
      "glib"
      "libGL"
      "libice|xorg.libICE"
      "libsm|xorg.libSM"
      "libx11|xorg.libX11"
      "libxcrypt-legacy"
      "libxext|xorg.libXext"
      "libxrender|xorg.libXrender"
      "zlib"
    ];
  };

  cuda = {
    description = "CUDA, for programs that bring no copy of it. It is unfree, and the driver's libcuda.so.1 comes from {option}`hardware.graphics.enable`";
    libraries = map (name: "cudaPackages.${name}") [
      "cuda_cudart"
      "cuda_cupti"
      "cuda_nvrtc"
      "cudnn"
      "libcublas"
      "libcufft"
      "libcurand"
      "libcusolver"
      "libcusparse"
      "nccl"
    ];
  };

  dotnet = {
    description = ".NET programs: ICU, Kerberos";
    libraries = [
      "icu"
      "krb5"
      "libunwind"
    ];
  };

  games = {
    description = "games: SDL 2, OpenAL, codecs; `desktop` is in it. For 32-bit games too, with {option}`programs.nix-ld.enable32Bit`";
    libraries = desktop ++ [
      "SDL2"
      "SDL2_image"
      "SDL2_mixer"
      "SDL2_ttf"
      "flac"
      "libGLU"
      "libcap"
      "libogg"
      "libsamplerate"
      "libtheora"
      "libudev0-shim"
      "libusb1"
      "libva"
      "libvdpau"
      "libvorbis"
      "libvpx"
      "openal"
    ];
    in32Bit = true;
  };
}
