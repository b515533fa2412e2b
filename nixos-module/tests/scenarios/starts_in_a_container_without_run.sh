# A program starts in a container that has /nix and the loader's path, but neither /run nor the session's variables.
. "${0%/*}/../expect.sh"

root=$(mktemp -d)
trap 'rm -r "$root"' EXIT
mkdir -p "$root/nix" "$root/proc" "$root/foreign" "$root${LOADER%/*}"
cp -P "$LOADER" "$root$LOADER" || fail "nothing is at $LOADER"

# contained COMMAND...: in the container.
contained() {
    env -i PATH="$PATH" unshare --mount /bin/sh -euc '
        root=$1 foreign=$2
        shift 2
        mount --rbind /nix "$root/nix"
        mount --bind "$foreign" "$root/foreign"
        mount -t proc proc "$root/proc"
        exec chroot "$root" "$@"
    ' sh "$root" "$FOREIGN" "$@"
}
succeeds hello contained /foreign/hello

# Control: the same with a stub that knows no library environment.
ln -sf /foreign/nix-ld "$root$LOADER"
fails "" contained /foreign/hello
# Control: the same without one.
rm "$root$LOADER"
fails "No such file or directory" contained /foreign/hello
