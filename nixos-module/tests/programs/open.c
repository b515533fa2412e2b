// open LIBRARY: opens the library after the start, and says where it was.
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>

int main(int argc, char **argv) {
    struct link_map *map;
    void *library = argc == 2 ? dlopen(argv[1], RTLD_NOW) : NULL;
    if (!library || dlinfo(library, RTLD_DI_LINKMAP, &map)) {
        fprintf(stderr, "%s\n", argc == 2 ? dlerror() : "open LIBRARY");
        return 1;
    }
    printf("opened %s\n", map->l_name);
    return 0;
}
