/* Says in which file AT_BASE is, as the C library has it, and as the kernel does. */
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

static void say_file_at(unsigned long address) {
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[4400], path[4097];
    while (fgets(line, sizeof line, maps)) {
        unsigned long start;
        if (sscanf(line, "%lx-%*x %*s %*s %*s %*s %4096s", &start, path) == 2 && start == address)
            puts(path);
    }
    fclose(maps);
}

int main(void) {
    Elf64_auxv_t entry;
    int file = open("/proc/self/auxv", O_RDONLY);
    say_file_at(getauxval(AT_BASE));
    while (read(file, &entry, sizeof entry) == sizeof entry && entry.a_type != AT_NULL)
        if (entry.a_type == AT_BASE)
            say_file_at(entry.a_un.a_val);
        else if (entry.a_type != AT_HWCAP /* the C library has its own */ && entry.a_un.a_val != getauxval(entry.a_type))
            printf("%lu differs\n", entry.a_type);
    return 0;
}
