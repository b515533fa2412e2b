// A loader in the eyes of the stub: it says that it runs, and ends. It has no C library, which would take the
// program's auxiliary vector for its own.
#include <sys/syscall.h>

static long system_call(long number, long a, const void *b, long c) {
#if defined __x86_64__
    __asm__ volatile("syscall" : "+a"(number) : "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
    return number;
#elif defined __i386__
    __asm__ volatile("int $0x80" : "+a"(number) : "b"(a), "c"(b), "d"(c) : "memory");
    return number;
#elif defined __aarch64__
    register long x8 __asm__("x8") = number, x0 __asm__("x0") = a, x2 __asm__("x2") = c;
    register const void *x1 __asm__("x1") = b;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
    return x0;
#elif defined __riscv
    register long a7 __asm__("a7") = number, a0 __asm__("a0") = a, a2 __asm__("a2") = c;
    register const void *a1 __asm__("a1") = b;
    __asm__ volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2) : "memory");
    return a0;
#endif
}

void _start(void) {
    static const char text[] = "hostile loader\n";
    system_call(SYS_write, 1, text, sizeof text - 1);
    system_call(SYS_exit, 0, 0, 0);
}
