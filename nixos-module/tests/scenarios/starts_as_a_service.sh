# A program starts that the first process starts: it has none of the session's variables.
. "${0%/*}/../expect.sh"

succeeds hello as-service "$FOREIGN/hello"
case $(as-service /run/current-system/sw/bin/env) in
*NIX_LD*) fail "a service has variables of the session" ;;
esac

# Control: without the loader's path the service fails.
fails "" without_loader as-service "$FOREIGN/hello"
