// A documented limit: a setuid program cannot be told of a library environment whose path has no room in the
// real loader. It ends as if the library were missing, and looks nowhere else.
//
//@ library: libraries/libwhere.so where.c
//@ program: main main.c /t/libraries/libwhere.so
//@ setuid: main-setuid
//@ library-env: {D} libraries
//
//@ run: a path that is too long
//@ user: nobody
//@ plan: environment
//@ stub: - {D}
//@ command: /t/main-setuid
//@ env: LD_LIBRARY_PATH=/t/libraries
//@ exit: 127
//@ stderr-has: libwhere.so: cannot open shared object file
//
//@ control: a short path
//@ plan: cache
//@ env: LD_LIBRARY_PATH=/t/libraries
//@ stdout: euid 0: 1, AT_SECURE: 1, found in libraries
//
//@ control: a path that is too long, without the setuid bit
//@ command: /t/main
//@ env: A=1
//@ stdout: euid 0: 0, AT_SECURE: 0, found in libraries
//@ stdout: {environment}
#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "environment.h"

const char *where(void);

int main(void) {
    printf("euid 0: %d, AT_SECURE: %lu, found in %s\n", geteuid() == 0, getauxval(AT_SECURE), where());
    print_entries(environ);
    return 0;
}
