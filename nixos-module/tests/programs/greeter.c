// greeter: says what libgreeting.so has to say.
#include <stdio.h>

const char *greeting(void);

int main(void) {
    return puts(greeting()) < 0;
}
