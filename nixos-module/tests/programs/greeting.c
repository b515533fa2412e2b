// libgreeting.so: a library that no system has by itself.
const char *greeting(void) {
    return "good evening";
}
