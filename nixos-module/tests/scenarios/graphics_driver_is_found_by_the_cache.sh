# A program opens the libraries of the graphics driver that the running system has, and starts as fast as without one:
# they are in the loader's cache, by their paths in /run/opengl-driver/lib. After a switch to a system with another
# driver it finds that one's.
. "${0%/*}/../expect.sh"

driver=/run/opengl-driver/lib
open() {
    env -i NIX_LD_LOG=info "$FOREIGN/open" "$1"
}

succeeds "opened $driver/libdriver.so.1" open libdriver.so.1
succeeds "opened $driver/libdriver-old.so" open libdriver-old.so
fails "libdriver-new.so: cannot open shared object file" open libdriver-new.so
succeeds "by the loader's cache" open libdriver.so.1
case $printed in
*"by the loader's environment"*) fail "the directory is searched: $printed" ;;
esac
before=$(readlink -f $driver/libdriver.so.1)

trap 'switch-to enabled' EXIT
switch-to greeting
[ "$(readlink -f $driver/libdriver.so.1)" != "$before" ] || fail "the driver is still $before"
succeeds "opened $driver/libdriver.so.1" open libdriver.so.1
succeeds "opened $driver/libdriver-new.so" open libdriver-new.so
fails "libdriver-old.so: cannot open shared object file" open libdriver-old.so

# What is not there is not found, and disturbs nobody.
target=$(readlink /run/opengl-driver)
rm /run/opengl-driver
fails "libdriver.so.1: cannot open shared object file" open libdriver.so.1
succeeds hello env -i "$FOREIGN/hello"
ln -s "$target" /run/opengl-driver
