#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++)
    printf("%s: %s\n", argv[i], dlopen(argv[i], RTLD_NOW) ? "opened" : "not found");
  return 0;
}
