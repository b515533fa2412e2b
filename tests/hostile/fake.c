// What takes the place of the real loader where only the stub's own doing is of interest: it says that it was
// reached, and needs no system call for that but two of the stub's own.
static long call(long number, long a, long b, long c) {
    long answer;
    __asm__ volatile("syscall" : "=a"(answer) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
    return answer;
}

void _start(void) {
    char text[] = "handed over\n";
    struct { char *base; long length; } vector = {text, sizeof text - 1};
    call(20, 1, (long)&vector, 1);
    call(231, 0, 0, 0);
    __builtin_trap();
}
