# When the module is disabled again, the loader's path is gone, and programs fail as before.
. "${0%/*}/../expect.sh"

succeeds hello "$FOREIGN/hello"

trap 'switch-to enabled' EXIT
switch-to disabled
for place in $LOADER $LOADER32; do
    if [ -L "$place" ] || [ -e "$place" ]; then
        fail "$place is still there"
    fi
done
fails "No such file or directory" env "$FOREIGN/hello"
[ ! -e "$libraries" ] || fail "$libraries is still there"
same unset "$(login 'echo ${NIX_LD-unset}')"

# Control: it was the module that made the difference.
switch-to enabled
succeeds hello "$FOREIGN/hello"
