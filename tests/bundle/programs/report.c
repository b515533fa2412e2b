// Says what a program can know of its own start, and runs a shell command if it is told to.
#define _GNU_SOURCE
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>

extern char **environ;
extern int _start(void);
int in_data = 42, in_bss;
static __thread int in_tls = 7;

static int is_main(struct dl_phdr_info *info, size_t size, void *found) {
    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        if (info->dlpi_phdr[i].p_type == PT_PHDR)
            ((int *)found)[0] = info->dlpi_phdr == (void *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
        if (info->dlpi_phdr[i].p_type == PT_INTERP)
            ((int *)found)[1] = 1;
    }
    return 1;
}

int main(int argc, char **argv) {
    if (argc > 2 && argv[1][0] == '-' && argv[1][1] == 'c')
        return system(argv[2]);
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    path[length > 0 ? length : 0] = 0;
    int found[2] = {0, 0};
    dl_iterate_phdr(is_main, found);
    // Before anything else asks for memory.
    char *before = sbrk(4096);
    int grows = sbrk(0) == before + 4096 && sbrk(1 << 20) != (void *)-1;
    printf("exe %s\n", path);
    printf("headers %d interpreter %d\n", found[0], found[1]);
    printf("entry %d\n", getauxval(AT_ENTRY) == (unsigned long)_start);
    printf("data %d %d %d\n", in_data, in_bss, in_tls);
    printf("brk %d\n", grows);
    for (int i = 0; i < argc; i++)
        printf("argument %s\n", argv[i]);
    for (char **variable = environ; *variable; variable++)
        printf("variable %s\n", *variable);
    return 0;
}
