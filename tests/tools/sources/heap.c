/* Uses the heap, and loads a library. With an argument it does so wrongly. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    void *library = dlopen("libz.so.1", RTLD_NOW);
    char *volatile bytes = malloc(8);
    if (argc > 1)
        bytes[8] = 1;
    free(bytes);
    printf("%d\n", library != NULL);
    return 0;
}
