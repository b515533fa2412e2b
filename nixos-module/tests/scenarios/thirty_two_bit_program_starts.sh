# A 32-bit program starts, with a loader and libraries of its own.
. "${0%/*}/../expect.sh"

if [ -z "$LOADER32" ]; then
    echo "there are no 32-bit programs here"
    exit
fi
succeeds "zlib 1." env -i "$FOREIGN/hello32"
succeeds "/ld-linux.so.2" env -i "$FOREIGN/hello32"
# Variables that are meant for 64-bit programs do not lead it astray: it starts a 64-bit child and is one.
succeeds hello env NIX_LD="$libraries/ld.so" "$FOREIGN/hello32"
succeeds hello env -i "$FOREIGN/hello32" "$FOREIGN/hello"
succeeds hello env -i "$FOREIGN/hello" "$FOREIGN/hello32"

# Control: it is not the 64-bit stub that starts it.
mv "$LOADER32" "$LOADER32.away"
trap 'mv "$LOADER32.away" "$LOADER32"' EXIT
fails "No such file or directory" env "$FOREIGN/hello32"
succeeds hello "$FOREIGN/hello"
