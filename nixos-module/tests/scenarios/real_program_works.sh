# A program as its makers publish it does its work: ruff formats a file.
. "${0%/*}/../expect.sh"

if [ ! -e "$FOREIGN/ruff" ]; then
    echo "it is not made for this architecture"
    exit
fi
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
echo "def hello( ):  print( 'hello' )" >"$folder/hello.py"
succeeds "" env -i "$FOREIGN/ruff" format --no-cache "$folder/hello.py"
same 'def hello():
    print("hello")' "$(cat "$folder/hello.py")"

# Control: without the loader's path it does not start.
fails "No such file or directory" without_loader "$FOREIGN/ruff" --version
# Control: without libgcc it does not start either.
glibc=$(glibc)
fails "libgcc_s.so.1: cannot open shared object file" \
    env NIX_LD_LIBRARY_PATH="$glibc" "$FOREIGN/ruff" --version
