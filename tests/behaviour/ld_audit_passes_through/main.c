// LD_AUDIT works as ever, with an auditor that takes its C library from the library environment.
//
//@ library: libraries/libwhere.so where.c
//@ library: audit/libaudit.so audit.c
//@ program: main main.c /t/libraries/libwhere.so
//@ library-env: {D} libraries
//
//@ run: an auditor
//@ env: LD_AUDIT=/t/audit/libaudit.so
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: found in libraries
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
//@ stderr: audited
//@ stderr: audited
//
//@ control: no auditor
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: found in libraries
//@ stdout: {environment}
//@ stdout: child
//@ stdout: {environment}
#include "report.h"

int main(int argc, char **argv) {
    return report(argc);
}
