//! Modules of Python that read and write text and data.

use crate::work::Work;

/// The rows.
pub const ALL: &[Work] = &[
    Work::python(
        "lxml",
        &[],
        &[],
        r#"
from lxml import etree
page = etree.XML('<shop><item price="2"/><item price="40"/></shop>')
print(page.xpath('sum(//@price)'))
sheet = etree.XML("""<x:stylesheet version="1.0" xmlns:x="http://www.w3.org/1999/XSL/Transform">
<x:output method="text"/><x:template match="/">items: <x:value-of select="count(//item)"/></x:template></x:stylesheet>""")
print(etree.XSLT(sheet)(page))
"#,
        r#"
42.0
items: 2
"#,
    ),
    Work::python(
        "pyyaml",
        &[],
        &[],
        r#"
import yaml
print(yaml.load('a: [1, 2]\nb: {c: 2026-11-28}', Loader=yaml.CSafeLoader))
print(yaml.dump({'x': [1, {'y': None}]}, Dumper=yaml.CSafeDumper), end='')
"#,
        r#"
{'a': [1, 2], 'b': {'c': datetime.date(2026, 11, 28)}}
x:
- 1
- y: null
"#,
    ),
    Work::python(
        "msgpack",
        &[],
        &[],
        r#"
import msgpack
from msgpack import _cmsgpack
data = {'numbers': list(range(5)), 'bytes': b'\0\1', 'nothing': None}
packed = msgpack.packb(data)
print(len(packed), msgpack.unpackb(packed) == data, msgpack.Packer is _cmsgpack.Packer)
"#,
        "34 True True\n",
    ),
    Work::python(
        "orjson",
        &[],
        &[],
        r#"
import datetime
import orjson
print(orjson.dumps({'b': 1.5, 'a': datetime.date(2026, 11, 28)}, option=orjson.OPT_SORT_KEYS).decode())
try:
    orjson.loads('[1,')
except orjson.JSONDecodeError as error:
    print(error)
"#,
        r#"
{"a":"2026-11-28","b":1.5}
unexpected end of data: line 1 column 4 (char 3)
"#,
    ),
    Work::python(
        "ujson",
        &[],
        &["libgcc-s1", "libstdc++6"],
        r#"
import ujson
print(ujson.dumps({'pi': 3.14, 'list': [True, None]}), ujson.loads('[1e3, "\\u00e9"]'))
"#,
        "{\"pi\":3.14,\"list\":[true,null]} [1000.0, 'é']\n",
    ),
    Work::python(
        "simplejson",
        &[],
        &[],
        r#"
import simplejson
from decimal import Decimal
from simplejson import _speedups
print(simplejson.dumps({'price': Decimal('1.10')}), simplejson.loads('1.10', use_decimal=True), simplejson.encoder.c_make_encoder is not None)
"#,
        "{\"price\": 1.10} 1.10 True\n",
    ),
    Work::python(
        "markupsafe",
        &[],
        &[],
        r#"
from markupsafe import Markup, _speedups, escape
print(escape('<a & "b">'), Markup('<b>%s</b>') % '<')
"#,
        "&lt;a &amp; &#34;b&#34;&gt; <b>&lt;</b>\n",
    ),
    Work::python(
        "regex",
        &[],
        &[],
        r#"
import regex
print(regex.findall(r'\p{Lu}\p{Ll}+', 'Ärger über Zoë'), regex.sub(r'(?<year>\d+)-(?<month>\d+)', r'\g<month>/\g<year>', '2026-11'))
print(regex.fullmatch(r'(?:linker){e<=2}', 'lniker') is not None)
"#,
        r#"
['Ärger', 'Zoë'] 11/2026
True
"#,
    ),
    Work::python(
        "rapidfuzz",
        &[],
        &["libgcc-s1", "libstdc++6"],
        r#"
from rapidfuzz import fuzz, process
print(process.extractOne('ld-linx', ['ld-linux', 'ld-musl', 'libc']))
print(fuzz.ratio('same', 'same'))
"#,
        r#"
('ld-linux', 93.33333333333333, 0)
100.0
"#,
    ),
    Work::python(
        "zstandard",
        &[],
        &[],
        r#"
import zstandard
text = b'ldshim ' * 10000
small = zstandard.ZstdCompressor(level=19).compress(text)
print(len(small) < 100, zstandard.ZstdDecompressor().decompress(small) == text)
try:
    zstandard.ZstdDecompressor().decompress(small[:20])
except zstandard.ZstdError:
    print('refused')
"#,
        r#"
True True
refused
"#,
    ),
    Work::python(
        "lz4",
        &[],
        &[],
        r#"
import lz4.frame
text = bytes(range(256)) * 100
small = lz4.frame.compress(text)
print(len(small) < 1000, lz4.frame.decompress(small) == text)
"#,
        "True True\n",
    ),
    Work::python(
        "brotli",
        &[],
        &[],
        r#"
import brotli
text = b'a stub, a loader, a library; ' * 200
small = brotli.compress(text, quality=11)
print(len(small) < 60, brotli.decompress(small) == text)
"#,
        "True True\n",
    ),
    Work::python(
        "pikepdf",
        &["pillow", "lxml", "packaging"],
        &["libgcc-s1", "libstdc++6"],
        r#"
import io
import pikepdf
pdf = pikepdf.new()
pdf.add_blank_page(page_size=(100, 200))
file = io.BytesIO()
pdf.save(file)
again = pikepdf.open(file)
print([float(it) for it in again.pages[0].mediabox])
"#,
        "[0.0, 0.0, 100.0, 200.0]\n",
    ),
    Work::python(
        "pypdfium2",
        &[],
        &["libgcc-s1"],
        r#"
import pypdfium2
pdf = pypdfium2.PdfDocument.new()
pdf.new_page(100, 200)
bitmap = pdf[0].render(scale=2)
print(len(pdf), bitmap.width, bitmap.height)
"#,
        "1 200 400\n",
    ),
    Work::python(
        "pymupdf",
        &[],
        &["libgcc-s1", "libstdc++6"],
        r#"
import pymupdf
document = pymupdf.open()
document.new_page(width=100, height=200).insert_text((10, 20), 'hello')
again = pymupdf.open(stream=document.tobytes())
print(again[0].get_text().strip(), again[0].get_pixmap(dpi=144).width)
"#,
        "hello 200\n",
    ),
    Work::python(
        "tree-sitter",
        &["tree-sitter-python"],
        &[],
        r#"
import tree_sitter
import tree_sitter_python
parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_python.language()))
print(parser.parse(b'def f(a):\n    return a').root_node)
"#,
        "(module (function_definition name: (identifier) parameters: (parameters (identifier)) body: (block (return_statement (identifier)))))\n",
    ),
    Work::python(
        "libcst",
        &["pyyaml", "typing_extensions"],
        &["libgcc-s1"],
        r#"
import libcst.native
import libcst
module = libcst.parse_module('a  =  1 # one\n')
print(module.code, end='')
print(type(module.body[0].body[0].value).__name__)
"#,
        r#"
a  =  1 # one
Integer
"#,
    ),
    Work::python(
        "pydantic-core",
        &["typing_extensions"],
        &["libgcc-s1"],
        r#"
from pydantic_core import SchemaValidator, ValidationError, core_schema
fields = {'id': core_schema.typed_dict_field(core_schema.int_schema()), 'name': core_schema.typed_dict_field(core_schema.str_schema(max_length=5))}
validator = SchemaValidator(core_schema.typed_dict_schema(fields))
print(validator.validate_json('{"id": "42", "name": "stub"}'))
try:
    validator.validate_python({'id': 'x', 'name': 'too long'})
except ValidationError as error:
    print(error.error_count(), 'errors')
"#,
        r#"
{'id': 42, 'name': 'stub'}
2 errors
"#,
    ),
    Work::python(
        "bitarray",
        &[],
        &[],
        r#"
from bitarray import bitarray, util
bits = bitarray('1011') * 100
print(bits.count(), util.ba2hex(bits[:16]), (bits ^ bits).any())
"#,
        "300 bbbb False\n",
    ),
    Work::python(
        "xxhash",
        &[],
        &[],
        r#"
import xxhash
print(xxhash.xxh3_64_hexdigest(b'abc'), xxhash.xxh32_hexdigest(b'abc'))
"#,
        "78af5f94892f3950 32d153ff\n",
    ),
    Work::python(
        "crc32c",
        &[],
        &[],
        r#"
import crc32c
print(hex(crc32c.crc32c(b'123456789')))
"#,
        "0xe3069283\n",
    ),
    Work::python(
        "fonttools",
        &[],
        &[],
        r#"
from fontTools.pens.pointPen import PointToSegmentPen
from fontTools.misc import bezierTools
print(bezierTools.COMPILED, bezierTools.calcCubicArcLength((0, 0), (0, 1), (1, 1), (1, 0)))
"#,
        "True 2.0000063021681433\n",
    ),
];
