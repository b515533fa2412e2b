// Throws through its own frames, and ends a thread by pthread_exit: both unwind by the program headers.
#include <cstdio>
#include <pthread.h>
#include <stdexcept>

__attribute__((noinline)) static void thrower(int count) {
    if (count > 0)
        throw std::runtime_error("thrown");
}
static void *thread(void *) {
    pthread_exit((void *)3);
}
int main(int count, char **) {
    try {
        thrower(count);
    } catch (std::exception &error) {
        std::printf("caught %s\n", error.what());
    }
    pthread_t id;
    void *value;
    pthread_create(&id, nullptr, thread, nullptr);
    pthread_join(id, &value);
    std::printf("ended with %ld\n", (long)value);
}
