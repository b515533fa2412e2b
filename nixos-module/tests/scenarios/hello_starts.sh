# The test of nixpkgs: a program starts whose interpreter is the path that the package names.
. "${0%/*}/../expect.sh"

same "$LOADER" "$(cat "$FOREIGN/ldpath")"
succeeds hello "$FOREIGN/hello"

# It is the module's libraries that it runs with, and the real loader that fits them.
succeeds "loader $(readlink -f "$libraries/ld.so")" "$FOREIGN/hello"

# Control: without the module the file is there, executable, and yet cannot be started.
[ -x "$FOREIGN/hello" ] || fail "no $FOREIGN/hello"
fails "No such file or directory" without_loader "$FOREIGN/hello"
