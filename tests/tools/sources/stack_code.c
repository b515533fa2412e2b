/* Executes code on its stack: `mov eax, 42; ret`. */
#include <stdio.h>
#include <string.h>

int main(void) {
    unsigned char code[] = {0xb8, 42, 0, 0, 0, 0xc3};
    int (*function)(void);
    void *address = code;
    memcpy(&function, &address, sizeof function);
    printf("%d\n", function());
    return 0;
}
