# The words of the scenarios. Each begins with
#
#     . "${0%/*}/../expect.sh"
set -eu

# The default library environment.
libraries=/run/current-system/sw/share/nix-ld/lib

# The scenario has failed. A line that says why.
fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# The real loader of that environment, and the folder of the glibc that it belongs to.
real_loader() {
    # It has a copy of it, if that could be prepared.
    loader=$libraries/ld.so.original
    [ -L "$loader" ] || loader=$libraries/ld.so
    readlink -f "$loader" || fail "no $loader"
}
glibc() {
    dirname "$(real_loader)"
}

# succeeds TEXT COMMAND...: the command succeeds, and TEXT is in what it prints.
succeeds() {
    text=$1
    shift
    printed=$("$@" 2>&1) || fail "status $? of: $*: $printed"
    case $printed in
    *"$text"*) echo "ok: $text, from: $*" ;;
    *) fail "no \"$text\" from: $*: $printed" ;;
    esac
}

# fails TEXT COMMAND...: the command fails, and TEXT is in what it prints.
fails() {
    text=$1
    shift
    if printed=$("$@" 2>&1); then
        fail "success of: $*: $printed"
    fi
    case $printed in
    *"$text"*) echo "ok: $text, from: $*" ;;
    *) fail "no \"$text\" from: $*: $printed" ;;
    esac
}

# same EXPECTED FOUND: they are the same text.
same() {
    [ "$1" = "$2" ] || fail "expected \"$1\", found \"$2\""
    echo "ok: $1"
}

# without_loader COMMAND...: the command, started by `env`, while nothing is at the loader's path.
without_loader() {
    mv "$LOADER" "$LOADER.away"
    status=0
    env "$@" || status=$?
    mv "$LOADER.away" "$LOADER"
    return $status
}

# login COMMAND: the command, by a new login shell.
login() {
    env -i HOME=/root USER=root /bin/sh -l -c "$1"
}
