/* A loader that says where it is, and loads nothing. It relocates nothing either, so it has no table of pointers. */
#include <elf.h>
#include <stdint.h>

extern const Elf64_Ehdr __ehdr_start __attribute__((visibility("hidden")));

static long call(long number, long a, long b, long c) {
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
    return result;
}

static void print(const char *text) {
    long length = 0;
    while (text[length])
        length++;
    call(1, 1, (long)text, length);
}

static void print_number(uint64_t number) {
    char digits[17], *first = digits + 16;
    *first = 0;
    do
        *--first = "0123456789abcdef"[number & 15];
    while (number >>= 4);
    print(first);
}

__attribute__((used)) static void loader(const uint64_t *stack) {
    const uint64_t *entry = stack + 1 + stack[0] + 1;
    uint64_t base = 0, headers = 0;
    while (*entry)
        entry++;
    for (entry++; entry[0] != AT_NULL; entry += 2) {
        if (entry[0] == AT_BASE)
            base = entry[1];
        if (entry[0] == AT_PHDR)
            headers = entry[1];
    }
    uint64_t here = (uint64_t)&__ehdr_start, own_headers = here + __ehdr_start.e_phoff;
    const Elf64_Phdr *header = (const Elf64_Phdr *)own_headers;
    while (header->p_type != PT_LOAD)
        header++;
    print("linked at ");
    print_number(header->p_vaddr);
    print(here == header->p_vaddr ? ", and there\n" : ", and moved\n");
    print(base == here - header->p_vaddr ? "AT_BASE is where its address 0 would be\n" : "AT_BASE is wrong\n");
    print(headers == own_headers ? "AT_PHDR is its own\n" : "AT_PHDR is the program's\n");
    call(60, 0, 0, 0);
}

__attribute__((naked)) void _start(void) {
    __asm__("mov %rsp, %rdi; and $-16, %rsp; call loader");
}
