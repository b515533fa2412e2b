// Eight threads look for a file of their own each, then one of them executes a shell.
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static void *look(void *number) {
    char name[32];
    snprintf(name, sizeof name, "thread-%d", (int)(long)number);
    for (int i = 0; i < 100; i++)
        open(name, O_RDONLY);
    return NULL;
}

static void *execute(void *unused) {
    execl("/bin/sh", "sh", "-c", "read x <by-sh; exit 7", NULL);
    return unused;
}

int main(void) {
    pthread_t threads[8], last;
    for (long i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, look, (void *)i);
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    pthread_create(&last, NULL, execute, NULL);
    pthread_join(last, NULL);
    return 1;
}
