// Loads libraries by the names it is given, and says where each is.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>

int main(int count, char **names) {
    for (int i = 1; i < count; i++) {
        void *handle = dlopen(names[i], RTLD_NOW);
        struct link_map *map = 0;
        if (handle)
            dlinfo(handle, RTLD_DI_LINKMAP, &map);
        printf("%s\n", map ? map->l_name : dlerror());
    }
    return 0;
}
