# A login shell has the variables that scripts read, and they name what is there.
. "${0%/*}/../expect.sh"

same "$libraries" "$(login 'echo "$NIX_LD_LIBRARY_PATH"')"
same "$libraries/ld.so" "$(login 'echo "$NIX_LD"')"
# As such scripts use them.
succeeds hello login "\"\$NIX_LD\" --library-path \"\$NIX_LD_LIBRARY_PATH\" $FOREIGN/hello"
succeeds hello login "$FOREIGN/hello"

# Control: nobody else sets them.
same "unset unset" "$(env -i /bin/sh -c 'echo ${NIX_LD-unset} ${NIX_LD_LIBRARY_PATH-unset}')"
