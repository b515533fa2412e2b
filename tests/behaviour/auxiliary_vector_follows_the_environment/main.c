// Code that walks past the end of the environment finds the auxiliary vector, as crash handlers and runtimes
// without a C library do. It says where the real loader is, and what the program is.
//
//@ program: main main.c
//@ program: main-no-pie main.c -no-pie
//@ loader: as-it-is
//@ library-env: {D}
//
//@ run: LD_LIBRARY_PATH is absent
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: behind environ: as getauxval says, up to AT_NULL
//@ stdout: behind envp: as getauxval says, up to AT_NULL
//@ stdout: AT_BASE is the real loader's base
//@ stdout: AT_ENTRY is the program's entry point
//@ stdout: AT_PHDR is the program's
//
//@ run: LD_LIBRARY_PATH is present
//@ command: /t/main-no-pie
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: LD_LIBRARY_PATH=/u
//@ stdout: behind environ: as getauxval says, up to AT_NULL
//@ stdout: behind envp: as getauxval says, up to AT_NULL
//@ stdout: AT_BASE is the real loader's base
//@ stdout: AT_ENTRY is the program's entry point
//@ stdout: AT_PHDR is the program's
//
//@ run: an unlimited stack
//@ stack-limit: unlimited
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: behind environ: as getauxval says, up to AT_NULL
//@ stdout: behind envp: as getauxval says, up to AT_NULL
//@ stdout: AT_BASE is the real loader's base
//@ stdout: AT_ENTRY is the program's entry point
//@ stdout: AT_PHDR is the program's
//
//@ run: an odd number of entries
//@ env: A=1
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ env: NIX_LD={D}/ld.so
//@ stdout: behind environ: as getauxval says, up to AT_NULL
//@ stdout: behind envp: as getauxval says, up to AT_NULL
//@ stdout: AT_BASE is the real loader's base
//@ stdout: AT_ENTRY is the program's entry point
//@ stdout: AT_PHDR is the program's
//
// Then the loader is the program to the kernel.
//@ control: started through the real loader
//@ stub: none
//@ command: {loader} /t/main
//@ env: LD_LIBRARY_PATH={D}
//@ exit: 1
//@ stdout-has: AT_BASE is not
#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

extern char **environ;
extern char __ehdr_start[];
void _start(void);

static int bad;

static void say(const char *what, int is_so) {
    printf(what, is_so ? "is" : "is not");
    bad |= !is_so;
}

static void check_vector(const char *name, char **envp) {
    while (*envp)
        envp++;
    int pagesz = 0, random = 0, differ = 0, unknown = 0;
    for (ElfW(auxv_t) *aux = (void *)(envp + 1); aux->a_type != AT_NULL; aux++) {
        pagesz += aux->a_type == AT_PAGESZ && aux->a_un.a_val == (unsigned long)sysconf(_SC_PAGESIZE);
        random += aux->a_type == AT_RANDOM && aux->a_un.a_val;
        unknown += aux->a_type > 63; // the kernel has used 52 so far
        // glibc has an answer of its own for AT_HWCAP.
        if (aux->a_type != AT_IGNORE && aux->a_type != AT_HWCAP)
            differ += aux->a_un.a_val != getauxval(aux->a_type);
    }
    int good = pagesz == 1 && random == 1 && differ == 0 && unknown == 0;
    printf("behind %s: %s\n", name, good ? "as getauxval says, up to AT_NULL" : "something else");
    bad |= !good;
}

// The lowest address at which the file is mapped.
static unsigned long base_of(const char *path) {
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[4096];
    unsigned long base = 0;
    while (!base && fgets(line, sizeof line, maps)) {
        line[strcspn(line, "\n")] = 0;
        char *mapped = strchr(line, '/');
        if (mapped && strcmp(mapped, path) == 0)
            base = strtoul(line, NULL, 16);
    }
    fclose(maps);
    return base;
}

int main(int argc, char **argv, char **envp) {
    check_vector("environ", environ);
    check_vector("envp", envp);
    char loader[4096] = "";
    if (!realpath("/nld/ld.so", loader))
        return 2;
    unsigned long base = getauxval(AT_BASE);
    say("AT_BASE %s the real loader's base\n", base && base == base_of(loader));
    say("AT_ENTRY %s the program's entry point\n", getauxval(AT_ENTRY) == (unsigned long)_start);
    ElfW(Ehdr) *header = (void *)__ehdr_start;
    say("AT_PHDR %s the program's\n", getauxval(AT_PHDR) == (unsigned long)header + header->e_phoff);
    return bad;
}
