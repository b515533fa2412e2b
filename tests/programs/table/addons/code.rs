//! Addons of Node.js that read and write programs and pages.

use crate::work::Work;

/// The rows.
pub const ALL: &[Work] = &[
    Work::node(
        "rollup-linux-x64",
        &[],
        &[],
        r#"
const { parse } = require('@rollup/rollup-linux-x64-gnu');
const program = parse('export const answer = 6 * 7;', false, false);
console.log(program.length > 50, program.constructor.name);
"#,
        "true Buffer\n",
    ),
    Work::node(
        "lightningcss-linux-x64",
        &[],
        &[],
        r#"
const { transform } = require('lightningcss-linux-x64-gnu');
const code = Buffer.from('a { color: rgb(255, 0, 0); & b { margin: 0px 0px } }');
const { code: css } = transform({ filename: 'a.css', code, minify: true, targets: { chrome: 80 << 16 } });
console.log(css.toString());
"#,
        "a{color:red}a b{margin:0}\n",
    ),
    Work::node(
        "swc-linux-x64",
        &[],
        &[],
        r#"
const { transformSync } = require('@swc/core-linux-x64-gnu');
const options = { jsc: { parser: { syntax: 'typescript' }, target: 'es2020' }, swcrc: false };
const { code } = transformSync('const a: number = 1; enum E { A = a }', false, Buffer.from(JSON.stringify(options)));
console.log(code.includes('number'), code.includes('E[E["A"]'));
"#,
        "false true\n",
    ),
    Work::node(
        "oxc-parser-linux-x64",
        &[],
        &[],
        r#"
const { parseSync } = require('@oxc-parser/binding-linux-x64-gnu');
const { program } = parseSync('a.ts', 'const a: number = 6 * 7;');
const { id, init } = JSON.parse(program).node.body[0].declarations[0];
console.log(id.name, init.operator, init.right.value);
"#,
        "a * 7\n",
    ),
    Work::node(
        "css-inline-linux-x64",
        &[],
        &[],
        r#"
const { inline } = require('@css-inline/css-inline-linux-x64-gnu');
console.log(inline('<style>b { color: red }</style><b>x</b>'));
"#,
        "<html><head></head><body><b style=\"color: red;\">x</b></body></html>\n",
    ),
    Work::node(
        "tailwindcss-oxide",
        &[],
        &[],
        r#"
const { Scanner } = require('@tailwindcss/oxide-linux-x64-gnu');
const found = new Scanner({ sources: [] }).scanFiles([{ content: '<p class="mt-4 text-red-500">', extension: 'html' }]);
console.log(found.includes('mt-4'), found.includes('text-red-500'));
"#,
        "true true\n",
    ),
    Work::node(
        "resvg-linux-x64",
        &[],
        &[],
        r#"
const { Resvg } = require('@resvg/resvg-js-linux-x64-gnu');
const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="6"><rect width="8" height="6" fill="red"/></svg>';
const image = new Resvg(svg, '{}').render();
console.log(image.width, image.height, image.pixels[0], image.asPng().subarray(1, 4).toString());
"#,
        "8 6 255 PNG\n",
    ),
    Work::node(
        "napi-rs-canvas-linux-x64",
        &["napi-rs-canvas"],
        &[],
        r#"
const { createCanvas, loadImage } = require('@napi-rs/canvas');
const canvas = createCanvas(64, 48);
const context = canvas.getContext('2d');
context.fillStyle = 'red';
context.fillRect(0, 0, 32, 48);
canvas.encode('png').then(loadImage).then((image) => {
  context.drawImage(image, 32, 0);
  console.log(image.width, ...context.getImageData(40, 10, 1, 1).data);
});
"#,
        "64 255 0 0 255\n",
    ),
];
