/* As NixOS's stub-ld: a static program at the loader's place that says so and starts nothing. glibc cannot be linked into it:
   its start takes the program's headers, which the kernel hands to a loader, for its own. */
static long call(long number, long a, const void *b, long c) {
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "0"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
    return result;
}

enum { WRITE = 1, EXIT = 60, STDERR = 2 };

__attribute__((used)) static void begin(char **stack) {
    static const char text[] = "Could not start dynamically linked executable: ";
    const char *name = stack[1];
    long length = 0;
    while (name[length])
        length++;
    call(WRITE, STDERR, text, sizeof text - 1);
    call(WRITE, STDERR, name, length);
    call(WRITE, STDERR, "\n", 1);
    call(EXIT, 127, 0, 0);
}

__asm__(".globl _start\n_start: mov %rsp, %rdi\n and $-16, %rsp\n call begin\n");
