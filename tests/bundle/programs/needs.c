/* Needs things beside libraries, and says what it finds of them. Each argument is a question. */
#include <dlfcn.h>
#include <iconv.h>
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef DATA
#define DATA "/nowhere/data"
#endif
#ifndef LIBRARY
#define LIBRARY "/nowhere/libanswer.so.1"
#endif

/* Texts of their own in the file, as those of programs that ask for them. */
const char *volatile certificates = "SSL_CERT_FILE";
const char *volatile data = DATA;
const char *volatile library = LIBRARY;

static void print_file(const char *path) {
    char text[100] = "nothing";
    FILE *file = fopen(path, "r");
    if (file && !fgets(text, sizeof text, file)) strcpy(text, "empty");
    printf("%s\n", text);
}

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "locale")) {
            const char *set = setlocale(LC_ALL, "");
            printf("%s %s\n", set ? "set" : "unset", nl_langinfo(CODESET));
        } else if (!strcmp(argv[i], "iconv")) {
            iconv_t made = iconv_open("ISO-8859-2", "UTF-8");
            printf("%s\n", made == (iconv_t)-1 ? "no" : "yes");
        } else if (!strcmp(argv[i], "library")) {
            void *opened = dlopen(library, RTLD_NOW);
            int (*answer)(void) = opened ? dlsym(opened, "answer") : NULL;
            printf("%d\n", answer ? answer() : -1);
        } else if (!strcmp(argv[i], "data")) {
            print_file(data);
        } else if (!strcmp(argv[i], "beside")) {
            char path[PATH_MAX + 20] = "";
            if (readlink("/proc/self/exe", path, PATH_MAX) < 0) return 2;
            *strrchr(path, '/') = 0;
            print_file(strcat(path, "/../share/file"));
        } else if (!strcmp(argv[i], "name")) {
            printf("%s\n", argv[0]);
        } else if (!strncmp(argv[i], "$", 1)) {
            const char *value = getenv(argv[i] + 1);
            printf("%s\n", value ? value : "unset");
        } else {
            printf("[%s]\n", argv[i]);
        }
    }
    return certificates == NULL;
}
