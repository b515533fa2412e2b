//! What a file says that edits can change.

use anyhow::Result;
use goblin::elf::dynamic::{
    DF_1_NODEFLIB, DT_DEBUG, DT_FLAGS_1, DT_NEEDED, DT_RPATH, DT_RUNPATH, DT_SONAME,
};
use goblin::elf::header::ET_DYN;
use goblin::elf::program_header::{PF_X, PT_GNU_STACK};

use super::cache_note::OldNote;
use super::edits::Edit;
use super::object::Object;
use super::wanted::{OS_ABI, Wanted};

/// What a file says. Texts are without their NUL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// `e_machine`
    pub machine: u16,
    /// `e_ident[EI_OSABI]`
    pub os_abi: u8,
    /// Whether it is of the type of libraries and position-independent programs, `ET_DYN`.
    pub is_shared_object: bool,
    /// Whether it has a dynamic table.
    pub is_dynamic: bool,
    /// Whether it has debugging information only, and none of what that is about.
    pub is_debug_only: bool,
    /// The path of the loader, if it names one.
    pub interpreter: Option<Vec<u8>>,
    /// The name by which others ask for it.
    pub soname: Option<Vec<u8>>,
    /// Its search path: `DT_RUNPATH`, else `DT_RPATH`.
    pub search_path: Option<Vec<u8>>,
    /// The libraries that it needs, in order.
    pub needed: Vec<Vec<u8>>,
    /// Whether it asks for an executable stack; `None` if it says nothing.
    pub executable_stack: Option<bool>,
    /// Whether the loader looks into its default directories for it.
    pub default_libraries: bool,
    /// Whether it has an entry in which the loader leaves its list of libraries for debuggers.
    pub debug_tag: bool,
    /// The description of its note for nixpkgs' glibc, if it has such a note; empty if that is damaged.
    pub resolution_cache: Option<Vec<u8>>,
}

/// Reads what a file says, as it would be after some edits.
///
/// # Errors
/// The file is no program or library, or damaged, or an edit makes no sense for it.
pub fn facts(bytes: &[u8], edits: &[Edit]) -> Result<Facts> {
    let object = Object::read(bytes)?;
    let names = object.version_names();
    let wanted = Wanted::after(edits, &object, &names)?;
    let texts = |tag| {
        let entries = wanted.entries.iter().filter(move |it| it.tag == tag);
        entries.filter_map(|it| {
            let old = || object.string(it.value?).map(<[u8]>::to_vec);
            it.text.clone().or_else(old)
        })
    };
    let stack = object.segment(PT_GNU_STACK);
    let path = wanted.interpreter.as_deref().or(object.interpreter());
    Ok(Facts {
        machine: object.header.machine,
        os_abi: (wanted.bytes.iter().rev())
            .find(|it| it.0 == OS_ABI)
            .map_or(bytes[OS_ABI as usize], |it| it.1[0]),
        is_shared_object: object.header.kind == ET_DYN,
        is_dynamic: object.dynamic.is_some(),
        is_debug_only: object.is_debug_only,
        interpreter: path.map(<[u8]>::to_vec),
        soname: texts(DT_SONAME).next_back(),
        search_path: texts(DT_RUNPATH)
            .next_back()
            .or(texts(DT_RPATH).next_back()),
        needed: texts(DT_NEEDED).collect(),
        executable_stack: wanted
            .executable_stack
            .or(stack.map(|(_, it)| it.flags & PF_X != 0)),
        default_libraries: !wanted
            .entries
            .iter()
            .any(|it| it.tag == DT_FLAGS_1 && it.value.is_some_and(|it| it & DF_1_NODEFLIB != 0)),
        debug_tag: wanted.entries.iter().any(|it| it.tag == DT_DEBUG),
        resolution_cache: OldNote::of(&object)
            .filter(|_| !wanted.finds_other_libraries(&object))
            .map(|it| it.description),
    })
}
