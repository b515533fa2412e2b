# A child of a foreign program sees the environment as it was given, and no LD_LIBRARY_PATH beside it: that would break
# the system's own programs.
. "${0%/*}/../expect.sh"

env=/run/current-system/sw/bin/env
same A=1 "$(env -i A=1 "$FOREIGN/hello" "$env")"

# The same where libraries are in several directories, which the real loader has to be told by a variable.
several=$libraries:/nonexistent
same "NIX_LD_LIBRARY_PATH=$several
A=1" "$(env -i NIX_LD_LIBRARY_PATH="$several" A=1 "$FOREIGN/hello" "$env")"

# What the user has set, stays.
same "LD_LIBRARY_PATH=/of/the/user
NIX_LD_LIBRARY_PATH=$several" \
    "$(env -i LD_LIBRARY_PATH=/of/the/user NIX_LD_LIBRARY_PATH="$several" "$FOREIGN/hello" "$env")"

# Control: a variable that is there would be seen.
same "LD_LIBRARY_PATH=$libraries" \
    "$(env -i LD_LIBRARY_PATH="$libraries" "$libraries/ld.so" "$FOREIGN/hello" "$env")"
