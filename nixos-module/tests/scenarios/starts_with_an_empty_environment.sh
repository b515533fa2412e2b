# A program starts with no environment at all.
. "${0%/*}/../expect.sh"

succeeds hello env -i "$FOREIGN/hello"
same "" "$(env -i "$FOREIGN/hello" /run/current-system/sw/bin/env)"

# Control: without the loader's path it does not, and the real loader alone does not find the libraries.
fails "No such file or directory" without_loader -i "$FOREIGN/hello"
fails "libz.so.1: cannot open shared object file" env -i "$(real_loader)" "$FOREIGN/hello"
