//! States that cannot be used, or not safely.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::process::Command;
use std::time::{Duration, Instant};

use ldshim::pin::{self, Content, Mark, State};

use crate::check::whole_pin;
use crate::nix::text;
use crate::world::{Scene, nix_commands};
use crate::writer;

/// Why a pin cannot be written.
fn error(scene: &Scene) -> String {
    format!("{:#}", scene.write().unwrap_err())
}

/// Each of the directories, in turn.
pub fn a_file_in_the_place_of_the_state_is_an_error() {
    let scene = Scene::new();
    let state = scene.state();
    let above = state.directory().parent().expect("a home").to_owned();
    for place in [
        above.clone(),
        state.directory().to_owned(),
        state.pins(),
        state.roots(),
    ] {
        fs::create_dir_all(place.parent().expect("a parent")).expect("a folder");
        fs::write(&place, "").expect("a file");
        let error = error(&scene);
        assert!(error.contains(text(&place)), "{error}");
        let is_clear = ["no directory", "Not a directory", "File exists"];
        assert!(is_clear.iter().any(|it| error.contains(it)), "{error}");
        assert!(place.is_file());
        fs::remove_dir_all(&above)
            .or_else(|_| fs::remove_file(&above))
            .expect("removed");
    }
}

/// As with `sudo` and the caller's HOME.
pub fn a_state_of_somebody_else_is_refused() {
    let scene = Scene::new();
    let pins = scene.state().pins();
    fs::create_dir_all(&pins).expect("a folder");
    chown(&pins, Some(12345), None).expect("these tests are root's");
    let error = error(&scene);
    assert!(error.contains("belongs to the user 12345"), "{error}");
    assert!(error.contains("runs as the user 0"), "{error}");
    chown(&pins, Some(0), None).expect("these tests are root's");
    scene.write().expect("a pin");
}

/// Where there is nothing of a state yet, neither a pin nor a mark begins one. In one's own home both do.
pub fn nothing_is_made_in_the_home_of_somebody_else() {
    let scene = Scene::new();
    let home = scene.world.folder().join("home");
    fs::create_dir(&home).expect("a folder");
    let state = State::at(home.join(".local/state/ldshim"));
    let write = || pin::write(&scene.recipe, &state, &nix_commands(), false).map(|_| ());
    let mark = || pin::mark(&state, scene.identity(), Mark::Failed);
    let acts: [&dyn Fn() -> anyhow::Result<()>; 2] = [&write, &mark];
    for act in acts {
        chown(&home, Some(12345), None).expect("these tests are root's");
        let error = format!("{:#}", act().unwrap_err());
        let expected = format!("{} belongs to the user 12345", home.display());
        assert!(error.contains(&expected), "{error}");
        assert!(error.contains("--system"), "{error}");
        assert_eq!(fs::read_dir(&home).expect("a folder").count(), 0);

        chown(&home, Some(0), None).expect("these tests are root's");
        act().expect("it is root's");
        fs::remove_dir_all(home.join(".local")).expect("it is there");
    }
}

/// A mark in a directory of somebody else would be no mark to them.
pub fn a_mark_in_the_pins_of_somebody_else_is_refused() {
    let scene = Scene::new();
    let state = scene.state();
    let mark = || pin::mark(&state, scene.identity(), Mark::Failed);
    mark().expect("it is root's");
    pin::unpin(&state, scene.identity().to_string().as_ref()).expect("there is one");
    chown(state.pins(), Some(12345), None).expect("these tests are root's");
    let error = mark().unwrap_err().to_string();
    assert!(error.contains("belongs to the user 12345"), "{error}");
    assert_eq!(fs::read_dir(state.pins()).expect("a folder").count(), 0);
}

/// The stub would not take such a pin.
pub fn a_state_that_others_may_write_to_is_refused() {
    let scene = Scene::new();
    let state = scene.state();
    fs::create_dir_all(state.pins()).expect("a folder");
    fs::create_dir_all(state.roots()).expect("a folder");
    for (directory, mode) in [(state.pins(), 0o775), (state.roots(), 0o757)] {
        fs::set_permissions(&directory, Permissions::from_mode(mode)).expect("a mode");
        let error = error(&scene);
        assert!(error.contains("others may write to it"), "{error}");
        assert!(
            error.contains(&format!("chmod go-w {}", directory.display())),
            "{error}"
        );
        fs::set_permissions(&directory, Permissions::from_mode(0o755)).expect("a mode");
    }
    scene.write().expect("a pin");
}

/// Neither too much, which the stub would refuse, nor too little, which it could not read.
pub fn what_is_made_is_not_writable_by_others_whatever_the_umask() {
    for umask in ["000", "022", "077", "777"] {
        let scene = Scene::new();
        let state = scene.state();
        let writer = writer::command(
            &state,
            &scene.program,
            &scene.package,
            &scene.world.soname("a"),
        );
        let mut command = Command::new("sh");
        command
            .args(["-c", "umask $U; exec \"$@\"", "sh"])
            .env("U", umask);
        command.arg(writer.get_program()).args(writer.get_args());
        let status = command.env(writer::VARIABLE, "1").status();
        assert!(status.expect("a shell").success(), "{umask}");
        let identity = scene.identity();
        for directory in [state.directory(), &state.pins(), &state.pin(identity)] {
            let mode = fs::metadata(directory).expect("a directory").mode();
            assert_eq!(mode & 0o777, 0o755, "{umask} {}", directory.display());
        }
        for file in ["ld.so.cache", "pin.json"] {
            let mode = fs::metadata(state.pin(identity).join(file))
                .expect("a file")
                .mode();
            assert_eq!(mode & 0o777, 0o644, "{umask} {file}");
        }
    }
}

/// It is listed as damaged, does not stop the others, and a new pin takes its place.
pub fn a_damaged_description_is_told_and_can_be_replaced() {
    let scene = Scene::new();
    let state = scene.state();
    let written = scene.write().expect("a pin");
    let file = written.directory.join("pin.json");
    let whole = fs::read(&file).expect("a file");
    for damage in [
        &b""[..],
        &whole[..whole.len() / 2],
        b"{\"version\": 1}",
        b"\xff",
    ] {
        fs::write(&file, damage).expect("a file");
        let [entry] = &pin::all(&state).expect("a list")[..] else {
            panic!("there is one")
        };
        let Content::Damaged(reason) = &entry.content else {
            panic!("{entry:?}")
        };
        assert!(
            reason.contains(&format!("cannot read {}", file.display())),
            "{reason}"
        );
    }
    fs::remove_file(&file).expect("it is there");
    scene.write().expect("a pin");
    whole_pin(&state, scene.identity()).expect("a pin");
}

/// A state that a newer ldshim has written to.
pub fn a_later_version_is_told() {
    let scene = Scene::new();
    let written = scene.write().expect("a pin");
    let file = written.directory.join("pin.json");
    let later = fs::read_to_string(&file)
        .expect("a file")
        .replace("\"version\": 1,", "\"version\": 2,");
    fs::write(&file, later).expect("a file");
    let error = pin::Pin::read(&written.directory).unwrap_err().to_string();
    assert!(error.contains("it is of version 2"), "{error}");
}

/// Another writer that hangs.
pub fn a_lock_that_is_held_is_waited_for_until_the_deadline() {
    let scene = Scene::new();
    let state = scene.state();
    scene.write().expect("a pin");
    let file = fs::File::open(state.directory().join("lock")).expect("a lock");
    let lock = nix::fcntl::Flock::lock(file, nix::fcntl::FlockArg::LockExclusive);
    let lock = lock.map_err(|(_, errno)| errno).expect("nobody has it");
    let nix = nix_commands().with_deadline(Instant::now() + Duration::from_millis(100));
    let error = pin::write(&scene.recipe, &state, &nix, false).unwrap_err();
    assert!(error.to_string().contains("another ldshim"), "{error}");
    drop(lock);
    scene.write().expect("a pin");
}
