//! The stub's own relocation.
//!
//! Until [`relocate`] has returned, no static that holds a pointer has its value. A table of strings is such
//! a static, and so is the global offset table, through which a debug build calls even `Iterator::next` and
//! `ptr::read`. So there is nothing here but arithmetic, comparisons and plain accesses to memory, and the
//! function is inlined into its only caller.
//!
//! A release build has nothing to relocate: what it costs it are a few looks at the dynamic section.

use crate::arch;

// Tags of the dynamic section, from the System V ABI, "Dynamic Section".
const DT_NULL: usize = 0;
const DT_RELA: usize = 7;
const DT_RELASZ: usize = 8;
const DT_REL: usize = 17;
const DT_RELSZ: usize = 18;

/// The size of an `ElfN_Rela`, or of an `ElfN_Rel` on 32-bit systems, where the addend is in the word itself.
const RELOCATION_SIZE: usize = if cfg!(target_pointer_width = "64") {
    24
} else {
    8
};
const WORD: usize = size_of::<usize>();
/// Which part of `r_info` is the type: `ELF64_R_TYPE`, `ELF32_R_TYPE`.
const TYPE: usize = if cfg!(target_pointer_width = "64") {
    0xffff_ffff
} else {
    0xff
};

/// Adds the load address to every word that the linker left a relocation for. The build has RELATIVE ones
/// only, which `tests/stub_image/shape.rs` checks.
///
/// # Safety
/// `base` is where the stub is loaded, `dynamic` its dynamic section, and nothing was relocated yet.
#[inline(always)]
pub(crate) unsafe fn relocate(base: usize, dynamic: *const usize) {
    let mut next = dynamic as usize;
    let mut table = 0;
    let mut size = 0;
    // SAFETY: the dynamic section is pairs of words (`ElfN_Dyn`), the last of which is DT_NULL. The linker says
    // in it where the relocations are; each has the offset of a word in the stub's writable segment.
    unsafe {
        while *(next as *const usize) != DT_NULL {
            let tag = *(next as *const usize);
            let value = *((next + WORD) as *const usize);
            if tag == DT_RELA || tag == DT_REL {
                table = base + value;
            } else if tag == DT_RELASZ || tag == DT_RELSZ {
                size = value;
            }
            next += 2 * WORD;
        }
        let end = table + size;
        while table < end {
            let place = (base + *(table as *const usize)) as *mut usize;
            let info = *((table + WORD) as *const usize);
            if info & TYPE == arch::RELATIVE {
                if RELOCATION_SIZE > 2 * WORD {
                    *place = base + *((table + 2 * WORD) as *const usize);
                } else {
                    *place += base;
                }
            }
            table += RELOCATION_SIZE;
        }
    }
}
