//! Debuggers and valgrind on x86-64. See `debugger.rs` and `image.rs`.

use core::arch::{asm, naked_asm};

/// Whether valgrind executes this code. It recognises a sequence of instructions that does nothing anywhere
/// else, and answers: "client requests" in its manual, `VALGRIND_DO_CLIENT_REQUEST_EXPR` in its valgrind.h.
pub(crate) fn is_under_valgrind() -> bool {
    const RUNNING_ON_VALGRIND: usize = 0x1001;
    let request = [RUNNING_ON_VALGRIND, 0, 0, 0, 0, 0];
    let answer: usize;
    // SAFETY: the rotations add up to two full turns, and the exchange is of a register with itself.
    unsafe {
        asm!(
            "rol rdi, 3", "rol rdi, 13", "rol rdi, 61", "rol rdi, 51", "xchg rbx, rbx",
            in("rax") request.as_ptr(), inlateout("rdx") 0_usize => answer,
            options(nostack, readonly),
        );
    }
    answer != 0
}

const RET: u8 = 0xc3;

/// Does nothing. A debugger that takes the stub for the loader puts a breakpoint here. The name is exported,
/// and another one for the same place: what is exported is reached by way of a table that would have to be
/// relocated.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn debug_state() {
    naked_asm!(
        ".globl _dl_debug_state",
        ".type _dl_debug_state, @function",
        "_dl_debug_state: ret",
    )
}

/// Whether somebody has put a breakpoint into [`debug_state`].
pub(crate) fn is_watched() -> bool {
    let code = debug_state as unsafe extern "C" fn() as *const u8;
    // SAFETY: it is a function, whose code can be read. It is read as if it could change, for it does.
    unsafe { code.read_volatile() != RET }
}

/// What to write over `code`, a function at `from` that does nothing, to make it go on at `to`: a near jump.
/// `None` if it does something, has no room for it, or is too far away.
pub(crate) fn near_jump(code: &[u8], from: usize, to: usize) -> Option<[u8; 5]> {
    // Where indirect branches are tracked, a function begins with a landing pad.
    let padding = match code.strip_prefix(b"\xf3\x0f\x1e\xfa") {
        Some(code) if code.first() == Some(&RET) => &[],
        Some(_) => return None,
        None => code.strip_prefix(&[RET])?.get(..4)?,
    };
    // What compilers and assemblers put between functions: prefixes and a long `nop`, or a byte that is
    // repeated.
    let nop = padding.iter().position(|byte| !matches!(byte, 0x66 | 0x2e));
    let is_padding = match nop.and_then(|at| padding.get(at..)) {
        None | Some([0x0f] | [0x0f, 0x1f, ..]) => true,
        Some([first @ (0x90 | 0xcc), rest @ ..]) => rest.iter().all(|byte| byte == first),
        Some(_) => false,
    };
    let distance = to.wrapping_sub(from).wrapping_sub(5) as isize;
    let [a, b, c, d] = i32::try_from(distance).ok()?.to_le_bytes();
    is_padding.then_some([0xe9, a, b, c, d])
}

/// What [`long_call`] makes.
pub(crate) type Call = [u8; 22];

/// Code that goes on at `function` with `argument` as its first argument: `mov rdi, argument`,
/// `mov rax, function`, `jmp rax`.
pub(crate) fn long_call(function: usize, argument: usize) -> Call {
    let mut code = [0; size_of::<Call>()];
    let [a, f] = [argument, function].map(usize::to_le_bytes);
    let pieces: [&[u8]; 5] = [&[0x48, 0xbf], &a, &[0x48, 0xb8], &f, &[0xff, 0xe0]];
    for (byte, &value) in code.iter_mut().zip(pieces.into_iter().flatten()) {
        *byte = value;
    }
    code
}
