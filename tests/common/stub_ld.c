/* As NixOS's stub-ld: a static program at the loader's place that says so and starts nothing. glibc cannot be linked into it:
   its start takes the program's headers, which the kernel hands to a loader, for its own. */
static long call(long number, long a, const void *b, long c) {
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "0"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
    return result;
}

enum { WRITE = 1, EXIT = 60, STDERR = 2 };

__attribute__((used)) static void begin(char **stack) {
    static const char before[] = "Could not start dynamically linked executable: ";
    static const char behind[] = "\n"
                                 "NixOS cannot run dynamically linked executables intended for generic\n"
                                 "linux environments out of the box. For more information, see:\n"
                                 "https://nix.dev/permalink/stub-ld\n";
    const char *name = stack[1];
    long length = 0;
    while (name[length])
        length++;
    call(WRITE, STDERR, before, sizeof before - 1);
    call(WRITE, STDERR, name, length);
    call(WRITE, STDERR, behind, sizeof behind - 1);
    call(EXIT, 127, 0, 0);
}

__asm__(".globl _start\n_start: mov %rsp, %rdi\n and $-16, %rsp\n call begin\n");
