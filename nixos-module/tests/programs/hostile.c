// libz.so.1, but not the real one.
const char *zlibVersion(void) {
    return "hostile";
}
