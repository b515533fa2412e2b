#!/usr/bin/env bash
# Writes seeds into target/fuzz/found/TARGET, made of real files: this host's loader, cache and programs, and the stub.
# `cargo xtask fuzz --keep` then takes into fuzz/corpus/ those that reach more than is reached already.
# Usage: fuzz/seeds.sh STUB
set -eu
stub=$(realpath "$1")
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
ldshim=${LDSHIM:-$target/release/ldshim}
loader=/lib64/ld-linux-x86-64.so.2
seed() { mkdir -p "$target/fuzz/found/$1" && cat > "$target/fuzz/found/$1/seed-$2"; }
byte() { printf "\\x$(printf %x "$1")"; }

# The page size's choice, then the beginning of a file.
for choice in 0 4; do
    for file in "$loader" "$stub" /bin/true; do
        { byte $choice; head -c 1024 "$file"; } | seed image_layout "$choice-$(basename "$file")"
    done
done

# The text of a place, a NUL, then constants around the path.
at=$(grep -abo '/etc/ld\.so\.cache' "$loader" | head -n 1 | cut -d: -f1)
{ printf '65 16\0'; dd if="$loader" bs=1 skip=$((at - 64)) count=160 status=none; } | seed cache_path distribution
printf '1 44\0\0/nix/store/abc-glibc-2.40/etc/ld.so.cache\0x' | seed cache_path store
printf '1 16\0\0/etc/ld.so.cache\0\0/etc/ld.so.cache\0' | seed cache_path two

# What ldconfig writes for a few libraries, in the new format and in the old one around it.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/root/lib" "$folder/root/etc"
cp "$(ldconfig -p | sed -n 's/.*libz\.so\.1 .*=> //p' | head -n 1)" "$folder/root/lib/libz.so.1"
cp "$(ldconfig -p | sed -n 's/.*libm\.so\.6 .*=> //p' | head -n 1)" "$folder/root/lib/libm.so.6"
for format in new compat; do
    /sbin/ldconfig -r "$folder/root" -X -c $format -C /cache
    seed loader_cache $format < "$folder/root/cache"
done

# Small whole files: their section headers are at the end.
printf 'int main(void) { return 0; }' > "$folder/a.c"
printf 'void _start(void) { for (;;); }' > "$folder/b.c"
cc -s -o "$folder/pie" "$folder/a.c"
cc -s -nostdlib -static -Wl,-z,noseparate-code,--build-id=none -o "$folder/static" "$folder/b.c"
seed elf_file static < "$folder/static"
head -c 4096 "$folder/pie" | seed elf_file pie
head -c 64 "$loader" | seed elf_file header

# The section as built, and with something in it.
"$ldshim" stub configure --in "$stub" --out "$folder/stub" --loader "$loader"
for file in "$stub" "$folder/stub"; do
    at=$(grep -abo 'ldshim baked ' "$file" | tail -n 1 | cut -d: -f1)
    dd if="$file" bs=1 skip="$at" count=128 status=none | seed baked "$([ "$file" = "$stub" ] && echo empty || echo loader)"
done

# Flags, arguments, auxiliary vector entries (kind, value), then strings: see fuzz_targets/initial_stack.rs.
{
    printf '\0\1\3\6\0\20\0\7\1\0\0\11\2\0\0'
    printf 'prog\0A=1\0odd\0NIX_LD=/ld.so\n\0NIX_LD_LIBRARY_PATH=/a:/b\0LD_LIBRARY_PATH=/u\0'
} | seed initial_stack environment

# The first byte chooses: entries of a database as they are without compression, or the file of an index.
{
    printf '\0'
    printf '1d\0\0/lib\n9x\0\4/libz.so.1\nlibz.so.1s\0\5.so\n9r\0\377a.so\np\0\370'
    printf '{"store_dir":"/nix/store","hash":"%032d","name":"zlib-1",' 0
    printf '"origin":{"attr":"zlib","output":"out","toplevel":true,"system":null}}\n'
} | seed nix_index entries
package="$folder/store/$(printf %032d 0)-zlib-1"
mkdir -p "$package/lib"
cp "$folder/root/lib/libz.so.1" "$package/lib"
HOME="$folder" XDG_CACHE_HOME='' "$ldshim" index add "$package"
{ printf '\1'; cat "$folder/.cache/ldshim/index/local"; } | seed nix_index index

# Two choices of edits, then a small file of each layout: a program and a library, without and with padding, of either class.
printf 'int f(void) { return 1; }' > "$folder/c.c"
for layout in separate-code noseparate-code; do
    cc -s -shared -nostdlib -Wl,-z,$layout,-z,max-page-size=4096,--hash-style=both -o "$folder/library" "$folder/c.c"
    cc -s -nostdlib -pie -fPIE -Wl,-z,$layout,-z,max-page-size=4096 -o "$folder/program" "$folder/b.c" "$folder/library"
    for choice in 0 3 6 8 12 13 14; do
        for file in library program; do
            { byte $choice; byte 4; cat "$folder/$file"; } | seed patch $layout-$choice-$file
        done
    done
done
