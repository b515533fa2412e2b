# A program starts where the session's variables are unset: in cron jobs, after sudo, in a systemd user session.
. "${0%/*}/../expect.sh"

unset NIX_LD NIX_LD_LIBRARY_PATH LD_LIBRARY_PATH
succeeds hello "$FOREIGN/hello"
# Empty counts as unset.
succeeds hello env NIX_LD= NIX_LD_LIBRARY_PATH= "$FOREIGN/hello"

# Control: it is not that variables have no meaning. These lead to nothing.
fails "libz.so.1: cannot open shared object file" \
    env NIX_LD_LIBRARY_PATH="$(glibc)" "$FOREIGN/hello"
fails "No such file or directory" without_loader "$FOREIGN/hello"
