static int constructed;

__attribute__((constructor)) static void linked_constructor(void) {
    constructed = 1;
}

int linked(int number) {
    return number + constructed;
}
