//! numpy, from PyPI: a Python extension with bundled libraries (openblas, libgfortran, libquadmath),
//! for a Python from Debian.

use std::fs;

use crate::common::{Plan, TestRoot};
use crate::fetched;

const BUNDLED: &str = "libscipy_openblas64_-32a4b2a6.so";

pub fn multiplies_matrices_with_its_bundled_openblas(plan: Plan) {
    // The library environment has another library of the same name.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder");
    let other = fetched::folder("numpy").join("numpy.libs/libquadmath-96973f99-934c22de.so.0.0.0");
    let shadow = folder.path().join(BUNDLED);
    fs::copy(other, &shadow).expect("a copy");

    let mut root = TestRoot::with_library(plan, &shadow);
    let python = fetched::add(&mut root, "python");
    fetched::add_at(&mut root, "numpy", "/w/numpy");
    root.set("PYTHONPATH", "/w/numpy");
    root.assert_fails_without_stub(&python);

    let show = "
def show_openblas():
    print(*sorted({line.split()[-1] for line in open('/proc/self/maps') if 'openblas' in line}))
";
    let multiply = "
import numpy
a = numpy.arange(250_000.0).reshape(500, 500)
print(numpy.array_equal(a @ numpy.eye(500), a), numpy.linalg.det(2 * numpy.eye(3)).round(6))
show_openblas()
";
    let printed = root.run(&python, &["-c", &format!("{show}{multiply}")]);
    assert_eq!(
        printed,
        format!("True 8.0\n/w/numpy/numpy.libs/{BUNDLED}\n")
    );

    // Without numpy's RPATH it is the other one that is found.
    let open = format!("{show}import ctypes; ctypes.CDLL('{BUNDLED}'); show_openblas()");
    assert_eq!(
        root.run(&python, &["-c", &open]),
        format!("/w/library/{BUNDLED}\n")
    );
}
