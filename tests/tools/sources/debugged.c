/* Calls a library that it is linked with, and one that it loads. With an argument it waits in between. */
#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>

int linked(int);

int main(int argc, char **argv) {
    int answer = linked(1); /* the call */
    if (argc > 1) {
        printf("%d\n", getpid());
        fflush(stdout);
        pause();
    }
    void *library = dlopen("./libloaded.so", RTLD_NOW);
    int (*loaded)(int) = (int (*)(int))dlsym(library, "loaded");
    return loaded(answer) - 3;
}
