//! Writers that are killed before any of their system calls that change something.
//!
//! A test starts one writer for each of these calls, and kills it there. So it sees each state in which a power cut
//! can leave the files, as far as the kernel has them in order.

use std::io::{Read, pipe};
use std::path::Path;
use std::process::Command;

use ldshim::pin::{self, Pin};
use loader_stub::identity::Identity;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};

use crate::check::{nothing_else, whole_pin};
use crate::trace::kill_before;
use crate::world::World;
use crate::writer;

/// Whether a system call, at whose beginning these registers are, may change what others see: files, or processes.
fn changes_something(registers: &libc::user_regs_struct) -> bool {
    const CHANGING: [i64; 26] = [
        libc::SYS_write,
        libc::SYS_pwrite64,
        libc::SYS_writev,
        libc::SYS_rename,
        libc::SYS_renameat,
        libc::SYS_renameat2,
        libc::SYS_symlink,
        libc::SYS_symlinkat,
        libc::SYS_link,
        libc::SYS_linkat,
        libc::SYS_mkdir,
        libc::SYS_mkdirat,
        libc::SYS_rmdir,
        libc::SYS_unlink,
        libc::SYS_unlinkat,
        libc::SYS_chmod,
        libc::SYS_fchmod,
        libc::SYS_fchmodat,
        libc::SYS_fsync,
        libc::SYS_fdatasync,
        libc::SYS_ftruncate,
        libc::SYS_flock,
        libc::SYS_copy_file_range,
        // A command of Nix. What it writes is Nix's concern.
        libc::SYS_vfork,
        libc::SYS_clone3,
        libc::SYS_exit_group,
    ];
    let call = i64::try_from(registers.orig_rax).unwrap_or(-1);
    let creates = |flags: u64| {
        let writing = libc::O_CREAT | libc::O_WRONLY | libc::O_RDWR | libc::O_TRUNC;
        flags & u64::try_from(writing).unwrap_or(0) != 0
    };
    CHANGING.contains(&call)
        || (call == libc::SYS_openat && creates(registers.rdx))
        || (call == libc::SYS_open && creates(registers.rsi))
}

/// Kills a command before each of its calls, one after the other, until it ends by itself. `before` and `after` are
/// called each time, when what it has started has ended as well. How often it was killed.
fn kill_everywhere(
    mut command: impl FnMut() -> Command,
    mut before: impl FnMut(),
    mut after: impl FnMut(usize),
) -> usize {
    for number in 0.. {
        before();
        let mut command = command();
        let (mut all_ended, held) = pipe().expect("a pipe");
        // Whoever has it open is one of the processes that were started.
        fcntl(&held, FcntlArg::F_SETFD(FdFlag::empty())).expect("it is open");
        let is_killed = kill_before(&mut command, number, changes_something);
        drop(held);
        all_ended.read_to_end(&mut Vec::new()).expect("its end");
        if !is_killed {
            return number;
        }
        after(number);
    }
    unreachable!("it ends some time")
}

/// One program, an old and a new package for it.
struct OldAndNew {
    world: World,
    program: std::path::PathBuf,
    packages: [std::path::PathBuf; 2],
    identity: Identity,
}

impl OldAndNew {
    fn new() -> Self {
        let world = World::new();
        let program = world.program("program", &["a"]);
        let packages = [("old", 1), ("new", 2)];
        let packages = packages.map(|(name, answer)| world.package(name, &[("a", answer)]));
        let identity = world.recipe(&program, &packages[0], "a").identity.short;
        Self {
            world,
            program,
            packages,
            identity,
        }
    }

    fn write(&self, package: &Path) {
        let recipe = self.world.recipe(&self.program, package, "a");
        self.world.write(&recipe).expect("a pin");
        nothing_else(&self.world.state(), 1);
    }

    fn writer(&self) -> Command {
        let [_, new] = &self.packages;
        writer::command(
            &self.world.state(),
            &self.program,
            new,
            &self.world.soname("a"),
        )
    }

    /// The number that the program's pin has it print, if there is a pin.
    fn pinned(&self) -> Option<(Pin, u32)> {
        let pin = whole_pin(&self.world.state(), self.identity)?;
        let said = self
            .world
            .run(&self.program, &self.world.state().pin(self.identity));
        let number = said.lines().nth(1).expect("a number");
        Some((pin, number.parse().expect("a number")))
    }
}

/// With nothing there before, not even a directory.
pub fn the_first_pin_is_whole_or_not_there() {
    let scene = OldAndNew::new();
    let mut seen = [0, 0];
    let state = scene.world.state();
    let above = state.directory().parent().expect("a home").to_owned();
    let before = || {
        if above.exists() {
            std::fs::remove_dir_all(&above).expect("it can be removed");
        }
    };
    let killed = kill_everywhere(
        || scene.writer(),
        before,
        |number| {
            let pinned = scene.pinned();
            seen[usize::from(pinned.is_some())] += 1;
            assert!(pinned.is_none_or(|(_, answer)| answer == 2), "{number}");
            // The next one finds everything in order, or makes it so.
            scene.write(&scene.packages[1]);
        },
    );
    assert!(
        killed > 20 && seen.iter().all(|&times| times > 0),
        "{killed} {seen:?}"
    );
    assert_eq!(scene.pinned().expect("it was not killed").1, 2);
}

/// With an older pin in the place.
pub fn the_old_pin_holds_until_the_new_one_does() {
    let scene = OldAndNew::new();
    let mut seen = [0, 0];
    let killed = kill_everywhere(
        || scene.writer(),
        || scene.write(&scene.packages[0]),
        |number| {
            let (pin, answer) = scene.pinned().unwrap_or_else(|| panic!("no pin: {number}"));
            seen[answer as usize - 1] += 1;
            let package = &scene.packages[answer as usize - 1];
            assert!(pin.store_paths.contains(package), "{number}");
        },
    );
    assert!(
        killed > 20 && seen.iter().all(|&times| times > 0),
        "{killed} {seen:?}"
    );
    assert_eq!(scene.pinned().expect("it was not killed").1, 2);
    nothing_else(&scene.world.state(), 1);
}

/// `ldshim unpin`, which may leave what it has taken away for the next one to remove.
pub fn an_unpinned_program_has_its_whole_pin_or_none() {
    let scene = OldAndNew::new();
    let mut seen = [0, 0];
    let identity = scene.identity.to_string();
    let killed = kill_everywhere(
        || scene.world.ldshim(&["unpin", &identity]),
        || scene.write(&scene.packages[0]),
        |_| {
            let pinned = scene.pinned();
            seen[usize::from(pinned.is_some())] += 1;
            if pinned.is_none() {
                pin::prune(&scene.world.state()).expect("it can be removed");
                nothing_else(&scene.world.state(), 0);
            }
        },
    );
    assert!(
        killed > 5 && seen.iter().all(|&times| times > 0),
        "{killed} {seen:?}"
    );
    nothing_else(&scene.world.state(), 0);
}

/// `ldshim pins --verify`, which writes when that was.
pub fn a_pin_is_whole_while_it_is_verified() {
    let scene = OldAndNew::new();
    scene.write(&scene.packages[0]);
    let killed = kill_everywhere(
        || scene.world.ldshim(&["pins", "--verify"]),
        || (),
        |number| assert!(scene.pinned().is_some(), "{number}"),
    );
    assert!(killed > 5, "{killed}");
    pin::prune(&scene.world.state()).expect("leftovers can be removed");
    nothing_else(&scene.world.state(), 1);
}
