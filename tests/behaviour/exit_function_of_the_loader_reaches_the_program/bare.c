#include <unistd.h>

__attribute__((naked)) void _start(void) {
    __asm__("mov %rdx, %rdi\n"
            "and $-16, %rsp\n"
            "call report\n");
}

__attribute__((used)) void report(void (*function)(void)) {
    if (function)
        write(1, "rdx is set\n", 11);
    else
        write(1, "rdx is 0\n", 9);
    _exit(0);
}
