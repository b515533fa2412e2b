# After a switch to another generation, programs find the libraries of that one, and after a rollback those of the
# first again. It needs no new login.
. "${0%/*}/../expect.sh"

before=$(readlink "$LOADER") || fail "nothing is at $LOADER"
# Control: the first generation does not have the library.
fails "libgreeting.so: cannot open shared object file" env -i "$FOREIGN/greeter"

trap 'switch-to enabled' EXIT
switch-to greeting
[ "$(readlink "$LOADER")" != "$before" ] || fail "$LOADER still leads to $before"
succeeds "good evening" "$FOREIGN/greeter"
succeeds "good evening" env -i "$FOREIGN/greeter"
succeeds hello env -i "$FOREIGN/hello"

switch-to enabled
same "$before" "$(readlink "$LOADER")"
fails "libgreeting.so: cannot open shared object file" env -i "$FOREIGN/greeter"
