// The foreign program: it needs a library that is in the library environment and nowhere else.
#include <stdio.h>
#include <zlib.h>

int main(void) {
    // The check value of CRC-32.
    return printf("crc32 %lx\n", crc32(0, (const Bytef *)"123456789", 9)) == 15 ? 0 : 1;
}
