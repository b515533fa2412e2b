// Does what the kernel does when it starts a program with a loader, but for the initial stack, which is as the
// arguments say: launch STUB PROGRAM CHANGE... [-- ARGUMENT...]
//   drop:KIND, set:KIND:VALUE, add:KIND:VALUE   an entry of the auxiliary vector
//   none                                        no entry at all
//   direct                                      the stub is the program
// The program's arguments are those behind `--`: none, and argc is 0.
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

extern char **environ;

static void fail(const char *what) {
    perror(what);
    exit(99);
}

struct image {
    unsigned long base, phdr, phnum, entry;
};

static struct image map(const char *path) {
    static char head[4096];
    int file = open(path, O_RDONLY);
    if (file < 0 || read(file, head, sizeof head) < 64) fail(path);
    Elf64_Ehdr *header = (void *)head;
    Elf64_Phdr *segments = (void *)(head + header->e_phoff);
    char *base = mmap(NULL, 1 << 26, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED) fail("mmap");
    for (int i = 0; i < header->e_phnum; i++) {
        Elf64_Phdr *it = &segments[i];
        if (it->p_type != PT_LOAD || it->p_memsz == 0) continue;
        unsigned long in_page = it->p_vaddr & 4095;
        unsigned long start = it->p_vaddr - in_page, file_end = it->p_vaddr + it->p_filesz;
        unsigned long end = it->p_vaddr + it->p_memsz;
        if (mmap(base + start, end - start, PROT_READ | PROT_WRITE | PROT_EXEC,
                 MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
            fail("mmap");
        if (pread(file, base + it->p_vaddr, it->p_filesz, it->p_offset) != (long)it->p_filesz) fail("pread");
        memset(base + file_end, 0, end - file_end);
    }
    close(file);
    unsigned long at = (unsigned long)base;
    return (struct image){at, at + header->e_phoff, header->e_phnum, at + header->e_entry};
}

static Elf64_auxv_t auxv[128];
static int count;

static void set(unsigned long kind, unsigned long value) {
    for (int i = 0; i < count; i++)
        if (auxv[i].a_type == kind) auxv[i].a_un.a_val = value;
}

static void add(unsigned long kind, unsigned long value) {
    auxv[count].a_type = kind;
    auxv[count++].a_un.a_val = value;
}

static void drop(unsigned long kind) {
    int kept = 0;
    for (int i = 0; i < count; i++)
        if (auxv[i].a_type != kind) auxv[kept++] = auxv[i];
    count = kept;
}

int main(int argc, char **argv) {
    struct image stub = map(argv[1]), program = map(argv[2]);
    char **end = environ;
    while (*end) end++;
    for (Elf64_auxv_t *entry = (void *)(end + 1); entry->a_type; entry++) auxv[count++] = *entry;
    set(AT_PHDR, program.phdr);
    set(AT_PHNUM, program.phnum);
    set(AT_ENTRY, program.entry);
    set(AT_EXECFN, (unsigned long)argv[2]);
    drop(AT_BASE); // 0 for this static program
    add(AT_BASE, stub.base);
    int i = 3;
    for (; i < argc && strcmp(argv[i], "--") != 0; i++) {
        unsigned long kind, value;
        if (sscanf(argv[i], "drop:%lu", &kind) == 1) drop(kind);
        else if (sscanf(argv[i], "set:%lu:%lu", &kind, &value) == 2) set(kind, value);
        else if (sscanf(argv[i], "add:%lu:%lu", &kind, &value) == 2) add(kind, value);
        else if (strcmp(argv[i], "none") == 0) count = 0;
        else if (strcmp(argv[i], "direct") == 0) {
            set(AT_BASE, 0);
            set(AT_PHDR, stub.phdr);
            set(AT_PHNUM, stub.phnum);
            set(AT_ENTRY, stub.entry);
        } else fail(argv[i]);
    }
    char **arguments = i < argc ? argv + i + 1 : argv + argc;
    long arguments_count = argv + argc - arguments;

    unsigned long *stack = mmap(NULL, 8 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack == MAP_FAILED) fail("mmap");
    stack += (4 << 20) / sizeof *stack;
    unsigned long *word = stack;
    *word++ = arguments_count;
    for (long j = 0; j < arguments_count; j++) *word++ = (unsigned long)arguments[j];
    *word++ = 0;
    for (char **entry = environ; *entry; entry++) *word++ = (unsigned long)*entry;
    *word++ = 0;
    memcpy(word, auxv, count * sizeof *auxv);
    memset((char *)word + count * sizeof *auxv, 0, sizeof *auxv);
    __asm__ volatile("mov %0, %%rsp; xor %%edx, %%edx; jmp *%1" ::"r"(stack), "r"(stub.entry) : "memory");
    return 99;
}
