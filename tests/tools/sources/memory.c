/* Thread-local storage of 64 MiB, in the program and in a thread of it. */
#include <pthread.h>
#include <stdio.h>

static __thread char bytes[64 << 20];

static void *touch(void *argument) {
    bytes[0]++;
    bytes[sizeof bytes - 1]++;
    return (void *)(long)(bytes[0] + bytes[sizeof bytes - 1]);
}

int main(void) {
    void *result;
    pthread_t thread;
    if (pthread_create(&thread, NULL, touch, NULL) != 0 || pthread_join(thread, &result) != 0)
        return 1;
    printf("%ld %ld\n", (long)result, (long)touch(NULL));
    return 0;
}
