//! The system calls that name a file, by architecture.

use Argument::{At, Path, SecondAt, SecondPath, TargetAndAt};

/// What stands for an architecture in seccomp's data and in PTRACE_GET_SYSCALL_INFO: `AUDIT_ARCH_*` of include/uapi/linux/audit.h.
pub const X86_64: u32 = 0xC000_003E;
const I386: u32 = 0x4000_0003;
const AARCH64: u32 = 0xC000_00B7;
const RISCV64: u32 = 0xC000_00F3;

/// A system call that names a file.
#[derive(Debug)]
pub struct Call {
    /// Its number.
    pub number: u64,
    /// What it does.
    pub does: Does,
    /// Where it names the file.
    pub names: Argument,
}

/// What a system call does with the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Does {
    /// open(2), openat(2): the flags are in the argument behind the path.
    Open,
    /// openat2(2): the flags are the first word of what the argument behind the path points to.
    Open2,
    /// creat(2)
    Create,
    /// rename(2), link(2), symlink(2) and their like: they give this name to something.
    Name,
    /// execve(2), execveat(2)
    Execute,
    /// stat(2), access(2), readlink(2) and their like.
    Look,
}

/// Where a system call names the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Argument {
    /// Its first argument is the path.
    Path,
    /// Its first argument is a directory's descriptor, its second one the path.
    At,
    /// Its second argument is the path.
    SecondPath,
    /// Its third argument is a directory's descriptor, its fourth one the path.
    SecondAt,
    /// Its second argument is a directory's descriptor, its third one the path: symlinkat(2).
    TargetAndAt,
}

const fn call(number: u64, does: Does, names: Argument) -> Call {
    Call {
        number,
        does,
        names,
    }
}

/// arch/x86/entry/syscalls/syscall_64.tbl
const OF_X86_64: &[Call] = &[
    call(2, Does::Open, Path),          // open
    call(4, Does::Look, Path),          // stat
    call(6, Does::Look, Path),          // lstat
    call(21, Does::Look, Path),         // access
    call(59, Does::Execute, Path),      // execve
    call(82, Does::Name, SecondPath),   // rename
    call(85, Does::Create, Path),       // creat
    call(86, Does::Name, SecondPath),   // link
    call(88, Does::Name, SecondPath),   // symlink
    call(89, Does::Look, Path),         // readlink
    call(257, Does::Open, At),          // openat
    call(262, Does::Look, At),          // newfstatat
    call(264, Does::Name, SecondAt),    // renameat
    call(265, Does::Name, SecondAt),    // linkat
    call(266, Does::Name, TargetAndAt), // symlinkat
    call(267, Does::Look, At),          // readlinkat
    call(269, Does::Look, At),          // faccessat
    call(316, Does::Name, SecondAt),    // renameat2
    call(322, Does::Execute, At),       // execveat
    call(332, Does::Look, At),          // statx
    call(437, Does::Open2, At),         // openat2
    call(439, Does::Look, At),          // faccessat2
];

/// arch/x86/entry/syscalls/syscall_32.tbl
const OF_I386: &[Call] = &[
    call(5, Does::Open, Path),          // open
    call(8, Does::Create, Path),        // creat
    call(9, Does::Name, SecondPath),    // link
    call(11, Does::Execute, Path),      // execve
    call(18, Does::Look, Path),         // oldstat
    call(33, Does::Look, Path),         // access
    call(38, Does::Name, SecondPath),   // rename
    call(83, Does::Name, SecondPath),   // symlink
    call(84, Does::Look, Path),         // oldlstat
    call(85, Does::Look, Path),         // readlink
    call(106, Does::Look, Path),        // stat
    call(107, Does::Look, Path),        // lstat
    call(195, Does::Look, Path),        // stat64
    call(196, Does::Look, Path),        // lstat64
    call(295, Does::Open, At),          // openat
    call(300, Does::Look, At),          // fstatat64
    call(302, Does::Name, SecondAt),    // renameat
    call(303, Does::Name, SecondAt),    // linkat
    call(304, Does::Name, TargetAndAt), // symlinkat
    call(305, Does::Look, At),          // readlinkat
    call(307, Does::Look, At),          // faccessat
    call(353, Does::Name, SecondAt),    // renameat2
    call(358, Does::Execute, At),       // execveat
    call(383, Does::Look, At),          // statx
    call(437, Does::Open2, At),         // openat2
    call(439, Does::Look, At),          // faccessat2
];

/// include/uapi/asm-generic/unistd.h: the architectures that are younger than this table, aarch64 and riscv64 among them.
const GENERIC: &[Call] = &[
    call(36, Does::Name, TargetAndAt), // symlinkat
    call(37, Does::Name, SecondAt),    // linkat
    call(38, Does::Name, SecondAt),    // renameat
    call(48, Does::Look, At),          // faccessat
    call(56, Does::Open, At),          // openat
    call(78, Does::Look, At),          // readlinkat
    call(79, Does::Look, At),          // newfstatat
    call(221, Does::Execute, Path),    // execve
    call(276, Does::Name, SecondAt),   // renameat2
    call(281, Does::Execute, At),      // execveat
    call(291, Does::Look, At),         // statx
    call(437, Does::Open2, At),        // openat2
    call(439, Does::Look, At),         // faccessat2
];

/// The calls of each architecture.
pub const ALL: &[(u32, &[Call])] = &[
    (X86_64, OF_X86_64),
    (I386, OF_I386),
    (AARCH64, GENERIC),
    (RISCV64, GENERIC),
];

/// The call with this number, if it is one of those.
pub fn find(architecture: u32, number: u64) -> Option<&'static Call> {
    let (_, calls) = ALL.iter().find(|(it, _)| *it == architecture)?;
    calls.iter().find(|call| call.number == number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_of_this_architecture_have_the_numbers_of_its_headers() {
        let own = match std::env::consts::ARCH {
            "x86_64" => X86_64,
            "aarch64" => AARCH64,
            "riscv64" => RISCV64,
            other => panic!("{other}"),
        };
        for (number, does) in [
            (libc::SYS_openat, Does::Open),
            (libc::SYS_openat2, Does::Open2),
            (libc::SYS_execve, Does::Execute),
            (libc::SYS_execveat, Does::Execute),
            (libc::SYS_newfstatat, Does::Look),
            (libc::SYS_statx, Does::Look),
            (libc::SYS_faccessat, Does::Look),
            (libc::SYS_faccessat2, Does::Look),
            (libc::SYS_readlinkat, Does::Look),
            (libc::SYS_renameat2, Does::Name),
            (libc::SYS_linkat, Does::Name),
            (libc::SYS_symlinkat, Does::Name),
        ] {
            let call = find(own, number as u64).expect("it names a file");
            assert_eq!(call.does, does, "{number}");
        }
        assert!(find(own, libc::SYS_read as u64).is_none());
        assert!(find(0, libc::SYS_openat as u64).is_none());
    }
}
