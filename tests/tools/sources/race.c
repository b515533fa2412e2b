/* Two threads and a variable. With an argument they do not take turns. */
#include <pthread.h>
#include <stdio.h>

static int shared;

static void *add(void *argument) {
    shared++;
    return argument;
}

int main(int argc, char **argv) {
    pthread_t thread;
    pthread_create(&thread, NULL, add, NULL);
    if (argc > 1)
        shared++;
    pthread_join(thread, NULL);
    printf("%d\n", shared);
    return 0;
}
