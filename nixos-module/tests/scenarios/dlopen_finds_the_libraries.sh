# A library that a program opens after its start is found as well.
. "${0%/*}/../expect.sh"

succeeds "opened /" env -i "$FOREIGN/open" libzstd.so.1
# Whoever changed the environment meanwhile, it is found: by a child of a program, with no variable left.
succeeds "opened /" env -i "$FOREIGN/hello" "$FOREIGN/open" libzstd.so.1

# Control: the program starts with other libraries as well, and does not find this one among them.
glibc=$(glibc)
succeeds "opened /" env NIX_LD_LIBRARY_PATH="$glibc" "$FOREIGN/open" libm.so.6
fails "libzstd.so.1: cannot open shared object file" env NIX_LD_LIBRARY_PATH="$glibc" "$FOREIGN/open" libzstd.so.1
