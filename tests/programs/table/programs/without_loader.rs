//! Programs that ask for no loader, most of them written in Go, Rust or Haskell: the stub may not be in their way.

use crate::work::Work;

/// The rows.
pub const ALL: &[Work] = &[
    Work::static_program(
        "esbuild-linux-x64",
        &[
            ("a.ts", "export const a: number = 6 * 7;\n"),
            ("b.ts", "import { a } from './a'; console.log(a);\n"),
        ],
        r#"
esbuild b.ts --bundle --minify --format=esm
"#,
        "console.log(42);\n",
    ),
    Work::static_program(
        "shfmt",
        &[("a.sh", "if true;then\necho 1;fi\n")],
        r#"
shfmt -i 2 a.sh
"#,
        r#"
if true; then
  echo 1
fi
"#,
    ),
    Work::static_program(
        "shellcheck",
        &[("a.sh", "#!/bin/sh\necho $1\n")],
        r#"
shellcheck --format=gcc a.sh
"#,
        "a.sh:2:6: note: Double quote to prevent globbing and word splitting. [SC2086]\n",
    ),
    Work::static_program(
        "protoc",
        &[
            (
                "a.proto",
                r#"syntax = "proto3"; message M { int32 a = 1; }
"#,
            ),
            ("m.txt", "a: 150\n"),
        ],
        r#"
protoc --python_out=. a.proto
grep -c DESCRIPTOR a_pb2.py
protoc --encode=M a.proto < m.txt | od -An -tx1
"#,
        r#"
5
 08 96 01
"#,
    ),
    Work::static_program(
        "tsgo",
        &[("a.ts", "const a: number = 'text';\n")],
        r#"
tsgo --noEmit --pretty false a.ts
"#,
        "a.ts(1,7): error TS2322: Type 'string' is not assignable to type 'number'.\n",
    ),
    Work::static_program(
        "pagefind",
        &[("a.html", r#"<html lang="en"><body>a stub</body></html>"#)],
        r#"
mkdir -p site
cp a.html site/
pagefind_extended --site site | grep -E '^Total|Indexed [0-9]+ page'
"#,
        r#"
Total: 
  Indexed 1 page
"#,
    ),
    Work::static_program(
        "ffmpeg",
        &[],
        r#"
ffmpeg -loglevel error -f lavfi -i testsrc=size=64x48:duration=1:rate=5 -f rawvideo -pix_fmt rgb24 - | wc -c
"#,
        "46080\n",
    ),
    Work::static_program(
        "closure-compiler",
        &[(
            "a.js",
            "function f(n) { return n * 2 } console.log(f(21));\n",
        )],
        r#"
compiler --compilation_level ADVANCED --js a.js
"#,
        "console.log(42);\n",
    ),
    Work::static_program(
        "buf",
        &[(
            "a.proto",
            r#"syntax = "proto3";
message m { int32 A = 1; }
"#,
        )],
        r#"
buf lint a.proto
"#,
        r#"
a.proto:1:1:Files must have a package defined.
a.proto:2:9:Message name "m" should be PascalCase, such as "M".
a.proto:2:19:Field name "A" should be lower_snake_case, such as "a".
"#,
    ),
    Work::static_program(
        "hadolint",
        &[("a.docker", "FROM debian\nRUN cd /x\n")],
        r#"
hadolint --no-color a.docker
"#,
        r#"
a.docker:1 DL3006 warning: Always tag the version of an image explicitly
a.docker:2 DL3003 warning: Use WORKDIR to switch to a directory
a.docker:2 SC2164 warning: Use 'cd ... || exit' or 'cd ... || return' in case cd fails.
"#,
    ),
    Work::static_program(
        "pandoc",
        &[("a.md", "# A *b*\n")],
        r#"
pandoc -f markdown -t html a.md
pandoc -f markdown -t native a.md
"#,
        r#"
<h1 id="a-b">A <em>b</em></h1>
[ Header
    1 ( "a-b" , [] , [] ) [ Str "A" , Space , Emph [ Str "b" ] ]
]
"#,
    ),
    Work::static_program(
        "elm",
        &[],
        r#"
printf 'no\n' > elm.json
elm make 2>&1 | head -n 1
"#,
        "-- EXPECTING A VALUE -------------------------------------------------- elm.json\n",
    ),
    Work::static_program(
        "patchelf",
        &[("a.txt", "no program\n")],
        r#"
patchelf --print-needed $(which patchelf) 2>&1
patchelf --print-rpath a.txt 2>&1
"#,
        r#"
patchelf: cannot find section '.dynamic'. The input file is most likely statically linked
patchelf: missing ELF header
"#,
    ),
    Work::static_program(
        "sentry-cli",
        &[(
            "a.sym",
            "MODULE Linux x86_64 0123456789ABCDEF0123456789ABCDEF0 a\n",
        )],
        r#"
sentry-cli difutil check a.sym 2>&1 | head -n 2
"#,
        r#"
Debug Info File Check
  Type: breakpad debug companion
"#,
    ),
];
