#!/bin/sh
# build.sh FOLDER: builds the foreign programs of the scenarios into the folder.
#
# They are as any distribution builds programs: their loader is at $LOADER, and they have no RUNPATH. CC is the
# compiler, ZLIB a zlib to link with. LOADER32, CC32 and ZLIB32 are the same for 32-bit programs; if LOADER32 is
# empty, there is none.
set -eu
sources=$(dirname "$0")
folder=$1
mkdir -p "$folder/greeting/lib" "$folder/hostile"

# program COMPILER LOADER OUTPUT SOURCE FLAG...
program() {
    compiler=$1 loader=$2 output=$3 source=$4
    shift 4
    $compiler -O1 -Wall -Werror -D_GNU_SOURCE "-Wl,--dynamic-linker=$loader" \
        -o "$folder/$output" "$sources/$source" "$@"
}

# library OUTPUT SOURCE
library() {
    $CC -O1 -Wall -Werror -shared -fPIC "-Wl,-soname,${1##*/}" -o "$folder/$1" "$sources/$2"
}

library greeting/lib/libgreeting.so greeting.c
library hostile/libz.so.1 hostile.c
program "$CC" "$LOADER" hello hello.c "$ZLIB"
program "$CC" "$LOADER" open open.c
program "$CC" "$LOADER" greeter greeter.c "$folder/greeting/lib/libgreeting.so"
if [ -n "$LOADER32" ]; then
    program "$CC32" "$LOADER32" hello32 hello.c "$ZLIB32"
fi
