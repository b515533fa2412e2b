//! Whether a file may be executed at all, and files that are none.

use std::os::unix::fs::symlink;

use nix::sys::stat::{Mode, SFlag, mknod};
use nix::unistd::mkfifo;

use super::Made;

pub(super) fn make(made: &Made) {
    let program = made.read("static");
    for mode in [
        0o000, 0o001, 0o010, 0o100, 0o111, 0o444, 0o500, 0o505, 0o550, 0o555, 0o600, 0o644, 0o655,
        0o666, 0o700, 0o705, 0o710, 0o711, 0o744, 0o751, 0o777,
    ] {
        let name = format!("mode-{mode:03o}");
        made.file(&name, &program);
        made.mode(&name, mode);
        let name = format!("script-of-{mode:03o}");
        made.file(&name, format!("#!/t/mode-{mode:03o}\n"));
    }
    made.file("script-not-executable", "#!/t/static\n");
    made.mode("script-not-executable", 0o644);
    made.file("script-unreadable", "#!/t/static\n");
    made.mode("script-unreadable", 0o711);

    for (name, mode) in [("closed", 0o600), ("searched", 0o711), ("owners", 0o700)] {
        made.folder_of(name);
        made.file(&format!("{name}/program"), &program);
        made.file(
            &format!("script-in-{name}"),
            format!("#!/t/{name}/program\n"),
        );
        made.mode(name, mode);
    }
    made.file("loader-644", made.read("static-pie"));
    made.mode("loader-644", 0o644);

    made.try_it("path/");
    made.folder_of("path");
    made.folder_of("path2");
    made.try_it("noexec");
    for name in ["static", "dynamic", "script"] {
        made.try_it(&format!("noexec/{name}"));
    }
    made.file("script-in-noexec", "#!/t/noexec/static\n");
    made.try_it("missing");
    made.try_it("static/");
    made.try_it("static/below");
    made.try_it("missing/below");
    made.try_it("./static");
    made.try_it("path/../static");
    made.try_it(&"long".repeat(70));
    made.try_it(&"path/../".repeat(600));
    let pipe = made.folder().join("pipe");
    mkfifo(&pipe, Mode::from_bits_truncate(0o755)).expect("a pipe");
    made.mode("pipe", 0o755);
    made.try_it("pipe");
    // Made as a file: the address of one that somebody listens at has 108 bytes, and the clone's path may have more.
    let socket = made.folder().join("socket");
    mknod(&socket, SFlag::S_IFSOCK, Mode::S_IRWXU, 0).expect("a socket");
    made.mode("socket", 0o755);
    made.try_it("socket");

    made.link("link", "static");
    made.link("link-to-link", "link");
    made.link("link-to-nothing", "nothing-here");
    made.link("link-to-folder", "path");
    made.link("link-to-null", "/dev/null");
    made.link("link-to-itself", "link-to-itself");
    made.link("link-around", "link-back");
    made.link("link-back", "link-around");
    made.link("link-below-a-file", "static/below");
    let mut target = "static".to_owned();
    for number in 1..=45 {
        let name = format!("link-{number}");
        symlink(target, made.folder().join(&name)).expect("a link");
        // The kernel goes along 40. But where it has to begin anew, because somebody mounts something meanwhile, it counts on.
        if !(16..=40).contains(&number) {
            made.try_it(&name);
        }
        target = name;
    }
}
