//! Names of libraries in assemblies of .NET's, which say whom they call.

use std::path::Path;

use memchr::memmem;

use crate::resolver::map_file;
use crate::tree::files;

/// Of each file name whether an assembly below `directory` names it: `libNAME.so` is called `libNAME` there, as a text between
/// zeros (ECMA-335, II.24.2.3, "#Strings heap").
pub(super) fn named(directory: &Path, names: &[&Path]) -> Vec<bool> {
    let texts = names.iter().map(|it| text(it)).collect::<Vec<_>>();
    let mut is_named = vec![false; names.len()];
    if texts.iter().all(Option::is_none) {
        return is_named;
    }
    let is_assembly = |path: &Path| path.extension().is_some_and(|it| it == "dll");
    for path in files(directory, is_assembly).files {
        let Ok(bytes) = map_file(&path) else {
            continue;
        };
        for (is_named, text) in is_named.iter_mut().zip(&texts) {
            let is_here = |text: &Vec<u8>| memmem::find(&bytes, text).is_some();
            *is_named = *is_named || text.as_ref().is_some_and(is_here);
        }
    }
    is_named
}

fn text(path: &Path) -> Option<Vec<u8>> {
    let name = path.file_name()?.to_str()?;
    let (stem, _) = name
        .split_once(".so")
        .filter(|it| it.0.starts_with("lib"))?;
    Some([b"\0", stem.as_bytes(), b"\0"].concat())
}
