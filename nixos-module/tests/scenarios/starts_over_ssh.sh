# A program starts that `ssh HOST COMMAND` starts: by a shell that is neither interactive nor a login shell, and reads
# no file that sets variables. So VS Code starts its server.
. "${0%/*}/../expect.sh"

ssh_command() {
    env -i HOME=/root USER=root LOGNAME=root SHELL=/bin/sh PATH=/run/current-system/sw/bin \
        SSH_CONNECTION="192.0.2.1 50000 192.0.2.2 22" /bin/sh -c "$1"
}
succeeds hello ssh_command "$FOREIGN/hello"
same unset "$(ssh_command 'echo ${NIX_LD-unset}')"

# Control: a login shell has the variables, and without the loader's path neither of them starts it.
login 'test -n "$NIX_LD"' || fail "a login shell has no NIX_LD"
mv "$LOADER" "$LOADER.away"
trap 'mv "$LOADER.away" "$LOADER"' EXIT
fails "" ssh_command "$FOREIGN/hello"
fails "" login "$FOREIGN/hello"
