# A setuid program starts with the system's loader and libraries, whatever its caller sets.
. "${0%/*}/../expect.sh"

folder=$(mktemp -d /var/tmp/setuid.XXXXXX)
trap 'rm -r "$folder"' EXIT
chmod 755 "$folder"
cp "$FOREIGN/hello" "$folder/plain"
cp "$FOREIGN/hello" "$folder/setuid"
chown 0:0 "$folder/setuid"
chmod 4755 "$folder/setuid"
cp "$(real_loader)" "$folder/loader"

own=$FOREIGN/hostile:$(glibc)
by_nobody() {
    su -s /bin/sh nobody -c \
        "NIX_LD=$folder/loader NIX_LD_LIBRARY_PATH=$own LD_LIBRARY_PATH=$FOREIGN/hostile $1"
}
succeeds "euid 0" by_nobody "$folder/setuid"
succeeds "loader $(readlink -f "$libraries/ld.so")" by_nobody "$folder/setuid"
succeeds "zlib 1." by_nobody "$folder/setuid"

# Control: a program with no more rights than its caller obeys. The loader and the library are hostile indeed.
fails "" by_nobody "$folder/plain | grep 'euid 0'"
succeeds "loader $folder/loader" by_nobody "$folder/plain"
succeeds "zlib hostile" by_nobody "$folder/plain"
