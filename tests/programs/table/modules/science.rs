//! Modules of Python for numbers and tables. Most are for numpy.

use crate::work::Work;

/// The rows.
pub const ALL: &[Work] = &[
    Work::python(
        "kiwisolver",
        &[],
        &["libgcc-s1", "libstdc++6"],
        r#"
from kiwisolver import Solver, Variable
left, right = Variable('left'), Variable('right')
solver = Solver()
for constraint in (left >= 10, right == left + 32, left <= 10):
    solver.addConstraint(constraint)
solver.updateVariables()
print(left.value(), right.value())
"#,
        "10.0 42.0\n",
    ),
    Work::python(
        "contourpy",
        &["numpy"],
        &["libgcc-s1", "libstdc++6"],
        r#"
import contourpy
lines = contourpy.contour_generator(z=[[0, 0, 0], [0, 1, 0], [0, 0, 0]]).lines(0.5)
print(len(lines), lines[0].shape)
"#,
        "1 (5, 2)\n",
    ),
    Work::python(
        "h3",
        &[],
        &[],
        r#"
import h3
cell = h3.latlng_to_cell(52.52, 13.405, 9)
print(cell, len(h3.grid_disk(cell, 1)), h3.get_resolution(cell))
"#,
        "891f1d48947ffff 7 9\n",
    ),
    Work::python(
        "shapely",
        &["numpy"],
        &["libgcc-s1", "libstdc++6"],
        r#"
import shapely
circle = shapely.Point(0, 0).buffer(1, quad_segs=64)
square = shapely.box(0, 0, 1, 1)
print(round(circle.intersection(square).area, 3), square.within(circle), shapely.to_wkt(square.centroid))
"#,
        "0.785 False POINT (0.5 0.5)\n",
    ),
    Work::python(
        "pandas",
        &["numpy", "python-dateutil", "six"],
        &["libgcc-s1", "libstdc++6"],
        r#"
import io
import pandas
table = pandas.read_csv(io.StringIO('city,year,people\nA,2025,10\nA,2026,12\nB,2026,30\n'))
print(table.groupby('city').people.sum().to_dict())
print(table.pivot(index='year', columns='city', values='people').to_csv(), end='')
"#,
        r#"
{'A': 22, 'B': 30}
year,A,B
2025,10.0,
2026,12.0,30.0
"#,
    ),
    Work::python(
        "scipy",
        &["numpy"],
        &["libgcc-s1", "libstdc++6"],
        r#"
import numpy
from scipy import fft, integrate, optimize, sparse
from scipy.sparse import linalg
print(round(integrate.quad(numpy.sin, 0, numpy.pi)[0], 6), round(optimize.brentq(lambda x: x * x - 2, 0, 2), 6))
matrix = sparse.diags([[4.0] * 5, [-1.0] * 4, [-1.0] * 4], [0, 1, -1]).tocsc()
print(numpy.allclose(matrix @ linalg.spsolve(matrix, numpy.ones(5)), 1), abs(fft.fft(numpy.ones(8))[0]))
"#,
        r#"
2.0 1.414214
True 8.0
"#,
    ),
    Work::python(
        "pyarrow",
        &["numpy"],
        &["libgcc-s1", "libstdc++6"],
        r#"
import pyarrow
from pyarrow import compute, parquet
table = pyarrow.table({'name': ['a', 'b', 'a'], 'number': [1, 2, 40]})
parquet.write_table(table, '/tmp/t.parquet', compression='zstd')
again = parquet.read_table('/tmp/t.parquet')
print(again.equals(table), compute.sum(again['number']).as_py())
print(again.group_by('name').aggregate([('number', 'sum')]).sort_by('name').to_pydict())
"#,
        r#"
True 43
{'name': ['a', 'b'], 'number_sum': [41, 2]}
"#,
    ),
    Work::python(
        "scikit-learn",
        &[
            "numpy",
            "scipy",
            "joblib",
            "cloudpickle",
            "threadpoolctl",
            "narwhals",
        ],
        &["libgcc-s1", "libstdc++6"],
        r#"
import numpy
from sklearn.cluster import KMeans
from sklearn.linear_model import LinearRegression
line = LinearRegression().fit([[0], [1], [2]], [1, 3, 5])
print(round(float(line.predict([[10]])[0]), 6))
points = numpy.array([[0, 0], [0, 1], [9, 9], [9, 8]])
print(len(set(KMeans(2, n_init=1, random_state=0).fit_predict(points)[:2])))
"#,
        r#"
21.0
1
"#,
    ),
    Work::python(
        "h5py",
        &["numpy"],
        &["libgcc-s1", "libstdc++6"],
        r#"
import h5py
import numpy
with h5py.File('/tmp/t.h5', 'w') as file:
    file.create_dataset('group/numbers', data=numpy.arange(1000), compression='gzip')
with h5py.File('/tmp/t.h5') as file:
    print(file['group/numbers'][10:13], file['group/numbers'].compression)
"#,
        "[10 11 12] gzip\n",
    ),
    Work::python(
        "polars-runtime-32",
        &["polars-py"],
        &["libgcc-s1"],
        r#"
import polars
frame = polars.DataFrame({'name': ['a', 'b', 'a'], 'n': [1, 2, 40]})
print(frame.lazy().group_by('name').agg(polars.col('n').sum()).sort('name').collect().rows())
"#,
        "[('a', 41), ('b', 2)]\n",
    ),
    Work::python(
        "onnxruntime",
        &["numpy", "ml-dtypes", "protobuf", "flatbuffers", "packaging"],
        &["libgcc-s1", "libstdc++6"],
        r#"
import onnxruntime
print(onnxruntime.get_available_providers())
try:
    onnxruntime.InferenceSession(b'no model')
except Exception as error:
    print(type(error).__name__)
"#,
        r#"
['AzureExecutionProvider', 'CPUExecutionProvider']
InvalidProtobuf
"#,
    ),
];
