# A development shell names libraries of its own: a program finds them there, with the system's loader and with the
# shell's own.
. "${0%/*}/../expect.sh"

own=$FOREIGN/greeting/lib:$(glibc)
succeeds "good evening" env NIX_LD_LIBRARY_PATH="$own" "$FOREIGN/greeter"
succeeds "good evening" env NIX_LD="$(real_loader)" NIX_LD_LIBRARY_PATH="$own" "$FOREIGN/greeter"

# Control: outside of the shell the library is missing.
fails "libgreeting.so: cannot open shared object file" "$FOREIGN/greeter"
# Control: inside, the system's libraries are.
fails "libz.so.1: cannot open shared object file" env NIX_LD_LIBRARY_PATH="$own" "$FOREIGN/hello"
