// The program finds the files open with which it was started, and no others, also after candidates were
// skipped.
//
//@ program: main main.c
//@ file: text This is no loader.
//@ fifo: fifo
//@ library-env: {D}
//
//@ run: the first candidate
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: 0 1 2
//
//@ run: after a text
//@ env: NIX_LD=/t/text
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: 0 1 2
//
//@ run: after a FIFO
//@ env: NIX_LD=/t/fifo
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: 0 1 2
//
//@ run: started directly
//@ command: {loader-path} /t/main
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: 0 1 2
//
//@ control: a file is open
//@ command: /t/main leak
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: 0 1 2 3
#include <fcntl.h>
#include <stdio.h>

int main(int argc, char **argv) {
    if (argc > 1)
        open("/t/text", O_RDONLY);
    printf("0 1 2");
    for (int fd = 3; fd < 1000; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            printf(" %d", fd);
    puts("");
    return 0;
}
