//! numpy, from PyPI: a Python extension with bundled libraries (openblas, libgfortran, libquadmath),
//! for a Python from Debian.

use std::path::Path;

use crate::common::{Plan, TestRoot};
use crate::fetched;

pub fn multiplies_matrices(plan: Plan) {
    let bundled = "numpy.libs/libscipy_openblas64_-32a4b2a6.so";
    // A library of the same name in the library environment: in truth another library.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let shadow = folder
        .path()
        .join(Path::new(bundled).file_name().expect("a name"));
    std::fs::copy(fetched::folder("numpy").join(other_library()), &shadow).expect("a copy");

    let mut root = TestRoot::with_library(plan, Some(&shadow));
    let python = fetched::add(&mut root, "python");
    fetched::add_at(&mut root, "numpy", "/w/numpy");
    root.set("PYTHONPATH", "/w/numpy");
    root.assert_fails_without_stub(&python);

    let script = "
import numpy
a = numpy.arange(250_000.0).reshape(500, 500)
print(numpy.array_equal(a @ numpy.eye(500), a), numpy.linalg.det(2 * numpy.eye(3)).round(6))
print(*sorted({line.split()[-1] for line in open('/proc/self/maps') if 'openblas' in line}))
";
    let printed = root.run(&python, &["-c", script]);
    assert_eq!(printed, format!("True 8.0\n/w/numpy/{bundled}\n"));
}

fn other_library() -> &'static Path {
    Path::new("numpy.libs/libquadmath-96973f99-934c22de.so.0.0.0")
}
