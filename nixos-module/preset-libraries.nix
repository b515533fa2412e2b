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
    "libsm|xorg.libSM"
    "libice|xorg.libICE"
  ];

  desktop =
    x11
    ++ [
      "at-spi2-core"
      "cairo"
      "dbus"
      "fontconfig|fontconfig"
      "freetype"
      "gdk-pixbuf"
      "glib"
      "gtk3"
      "libGL"
      "libdrm"
      "libglvnd"
      "libxkbcommon"
      "pango"
      "vulkan-loader"
      "wayland"
      "alsa-lib"
      "libpulseaudio"
      "pipewire"
      "harfbuzz"
      "expat"
      "libuuid|util-linux"
    ];
in
{
  desktop = {
    description = "windows, fonts, sound: X11, Wayland, GTK 3, OpenGL, ALSA, PulseAudio";
    libraries = desktop;
    in32Bit = true;
  };
}
