// A library that needs libwhere.so.
const char *where(void);

const char *outer(void) {
    return FOLDER;
}

const char *inner(void) {
    return where();
}
