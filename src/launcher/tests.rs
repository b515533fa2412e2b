//! Launchers of real programs, by the lines that find and start what they are for.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::{Launch, Script, look};

/// What a script starts: paths in its tree without the tree's own, with `bin/app` as the script's path.
fn launch(lines: &str, files: &[&str]) -> Launch {
    let tree = tempfile::tempdir().unwrap();
    let root = tree.path().canonicalize().unwrap();
    for file in files {
        let path = root.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "\x7fELF").unwrap();
    }
    fs::create_dir_all(root.join("bin")).unwrap();
    let script = root.join("bin/app");
    fs::write(&script, lines.replace("@ROOT@", root.to_str().unwrap())).unwrap();
    // Found by a link, as in a folder of PATH.
    symlink("bin/app", root.join("link")).unwrap();
    let environment = [("PATH".into(), root.join("path").into())];
    let looked = look(&root.join("link"), &environment).unwrap();
    let Script::Shell(mut launch) = looked else {
        panic!("{looked:?}")
    };
    for path in &mut launch.programs {
        let inside = path.strip_prefix(&root);
        *path = inside.unwrap_or(path).to_owned();
    }
    for text in launch.absent.iter_mut().chain(&mut launch.library_path) {
        *text = text.replace(root.to_str().unwrap(), "");
    }
    launch
}

fn assert_starts(lines: &str, program: &str) {
    let launch = launch(&format!("#!/bin/sh\n{lines}\n"), &[program]);
    assert_eq!(launch.programs, [Path::new(program)], "{lines}: {launch:?}");
}

#[test]
fn what_lies_beside_the_script_is_found() {
    for lines in [
        r#"exec "$(dirname "$(readlink -f "$0")")/app.bin" "$@""#,
        r#"exec "$(dirname "$(realpath "$0")")"/app.bin "$@""#,
        r#"exec `dirname \`readlink -f $0\``/app.bin $*"#,
        r#"exec "${0%/*}/bin/app.bin" "$@""#,
        r#"HERE="$(cd "$(dirname "$0")/bin" && pwd -P)"; exec "$HERE/app.bin" "$@""#,
        r#"DIR="$( cd -- "$( dirname -- "${BASH_SOURCE[0]:-$0}" )/bin" &> /dev/null && pwd )"
$DIR/app.bin "$@""#,
        r#"cd "$(dirname "$0")/bin"; ./app.bin "$@""#,
        r#"cd "$(dirname "$0")"/bin || exit 1
exec ./app.bin "$@""#,
        r#"SELF=$(readlink -f "$0")
HERE=${SELF%/*}
export PATH="${HERE}/usr/bin/:${PATH}"
exec -a "$0" "$HERE/app.bin" "$@""#,
        r#"LD_LIBRARY_PATH=x nohup "$(dirname $(realpath $0))/app.bin" >/dev/null 2>&1 &"#,
        r#"if [ -x "${0%/*}/bin/app.bin" ]; then exec env -u A B=c "${0%/*}/bin/app.bin"; else exit 1; fi"#,
        r#"start() { exec "$here/app.bin" "$@"; }
here=$(dirname "$(readlink -f "$0")")
start "$@""#,
    ] {
        assert_starts(lines, "bin/app.bin");
    }
}

#[test]
fn launchers_of_real_programs_are_understood() {
    // dart-sass on npm.
    assert_starts(
        r##"# This script drives the standalone package.
follow_links() {
  cd -P "$(dirname -- "$1")"
  file="$PWD/$(basename -- "$1")"
  while [ -h "$file" ]; do
    file="$(readlink -- "$file")"
  done
  echo "$file"
}
path=`dirname "$(follow_links "$0")"`
exec "$path/bin/src/dart" "$path/src/sass.snapshot" "$@""##,
        "bin/src/dart",
    );
    // npm's shims.
    assert_starts(
        r#"basedir=$(dirname "$(echo "$0" | sed -e 's,\\,/,g')")
case `uname` in
    *CYGWIN*|*MINGW*|*MSYS*)
        if command -v cygpath > /dev/null 2>&1; then basedir=`cygpath -w "$basedir"`; fi
    ;;
esac
if [ -x "$basedir/node" ]; then
  exec "$basedir/node"  "$basedir/../x/cli.js" "$@"
else
  exec node  "$basedir/../x/cli.js" "$@"
fi"#,
        "node",
    );
    // VS Code's server.
    assert_starts(
        r#"case "$1" in
	--inspect*) INSPECT="$1"; shift;;
esac
ROOT="$(dirname "$(dirname "$(readlink -f "$0")")")"
"$ROOT/node" ${INSPECT:-} "$ROOT/out/server-main.js" "$@""#,
        "node",
    );
    // IDEs of JetBrains.
    assert_starts(
        r#"IDE_BIN_HOME=$(dirname "$(realpath "$0")")
IDE_HOME=$(dirname "${IDE_BIN_HOME}")
JRE=""
if [ -z "$JRE" ]; then
  if [ "$(uname -m)" = "x86_64" ] && [ -d "$IDE_HOME/jbr" ]; then
    JRE="$IDE_HOME/jbr"
  fi
fi
JAVA_BIN="$JRE/bin/java"
CLASS_PATH="$IDE_HOME/lib/platform-loader.jar"
# shellcheck disable=SC2086
exec "$JAVA_BIN" \
  -classpath "$CLASS_PATH" \
  com.intellij.idea.Main \
  "$@""#,
        "jbr/bin/java",
    );
    // Gradle and its like.
    assert_starts(
        r#"app_path=$0
while
    APP_HOME=${app_path%"${app_path##*/}"}
    [ -h "$app_path" ]
do
    ls=$( ls -ld "$app_path" )
    link=${ls#*' -> '}
    case $link in
      /*)   app_path=$link ;;
      *)    app_path=$APP_HOME$link ;;
    esac
done
APP_HOME=$( cd "$(dirname "$0")/." > /dev/null && pwd -P ) || exit
JAVACMD=$APP_HOME/jre/bin/java
exec "$JAVACMD" "$@""#,
        "jre/bin/java",
    );
}

#[test]
fn a_program_in_path_is_found_where_it_takes_the_scripts_place() {
    assert_starts(r#"exec java -jar x.jar "$@""#, "path/java");
    assert_starts("sed s/a/b/ x\njava -jar x.jar", "path/java");
    let passing = launch("#!/bin/sh\njava -version\nexit 0\n", &["path/java"]);
    assert_eq!(passing.programs, [] as [&Path; 0]);
}

#[test]
fn a_variable_that_may_be_empty_stands_before_the_program() {
    let lines = "exec $DEBUGGER \"${0%/*}/bin/app.bin\" \"$@\"";
    assert_starts(lines, "bin/app.bin");
}

#[test]
fn the_folder_that_a_script_adds_for_libraries_is_told() {
    let lines = "#!/bin/bash\nexport LD_LIBRARY_PATH=\"$(dirname $0)/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}\"\nexec \"$(dirname $0)/x\"\n";
    let launch = launch(lines, &["x"]);
    assert_eq!(launch.programs, [Path::new("x")]);
    assert!(
        launch.library_path.contains(&"/lib".to_owned()),
        "{launch:?}"
    );
    let lines =
        "#!/bin/bash\nhere=$(dirname $0)\nLD_LIBRARY_PATH=$here/lib:$LD_LIBRARY_PATH $here/x\n";
    let launch = self::launch(lines, &["x"]);
    assert!(
        launch.library_path.contains(&"/lib:".to_owned()),
        "{launch:?}"
    );
}

#[test]
fn what_is_not_known_is_said_by_its_line() {
    let launch = launch("#!/bin/sh\n\nexec \"$1/bin/x\" \"$@\"\n", &[]);
    assert_eq!((launch.unclear, launch.programs.len()), (vec![3], 0));
    let launch = self::launch("#!/bin/sh\nexec @ROOT@/gone/x\n", &[]);
    assert_eq!(launch.absent, ["/gone/x"]);
    let launch = self::launch(
        "#!/bin/sh\ncat <<EOF\nexec /bin/x\nEOF\n# exec /bin/y\nexec 3>&1\n",
        &[],
    );
    assert_eq!(launch, Launch::default());
}

#[test]
fn what_is_read_in_counts() {
    let lines = "#!/bin/sh\n. \"$(dirname \"$0\")/env.sh\"\nexec \"$TOOL\"\n";
    let tree = tempfile::tempdir().unwrap();
    fs::write(tree.path().join("app"), lines).unwrap();
    fs::write(tree.path().join("env.sh"), "TOOL=${0%/*}/tool\n").unwrap();
    fs::write(tree.path().join("tool"), "#!/bin/sh\n").unwrap();
    let looked = look(&tree.path().join("app"), &[]).unwrap();
    let Script::Shell(launch) = looked else {
        panic!("{looked:?}")
    };
    assert_eq!(launch.programs, [tree.path().join("tool")]);
}

#[test]
fn scripts_of_other_languages_are_not_looked_at() {
    let tree = tempfile::tempdir().unwrap();
    let path = tree.path().join("app");
    for (line, language) in [
        ("#!/usr/bin/env -S python3 -u", "python3"),
        ("#!/usr/bin/perl -w", "perl"),
    ] {
        fs::write(&path, format!("{line}\n")).unwrap();
        assert_eq!(look(&path, &[]).unwrap(), Script::Other(language.into()));
    }
}

#[test]
fn broken_scripts_come_to_an_end() {
    for text in [
        "$(",
        "${",
        "`",
        "\"",
        "'",
        "((",
        "<<",
        "a=(",
        "${a:-${a:-",
        "case x in )",
        "\\",
        "$((",
        "é\"é${é}",
    ] {
        let _whatever = launch(&format!("#!/bin/sh\n{text}"), &[]);
        let _whatever = launch(&format!("#!/bin/sh\nexec {}", text.repeat(300)), &[]);
    }
}
