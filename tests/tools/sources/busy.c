/* Keeps the processor busy, in itself and in a library. */
#include <stdio.h>
#include <zlib.h>

static unsigned char bytes[1 << 16];

__attribute__((noinline)) unsigned busy_here(unsigned sum) {
    for (volatile int i = 0; i < 20000000; i++)
        sum += i;
    return sum;
}

int main(void) {
    unsigned sum = busy_here(0);
    for (int i = 0; i < 3000; i++)
        sum = crc32(sum, bytes, sizeof bytes);
    printf("%u\n", sum);
    return 0;
}
