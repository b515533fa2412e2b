// A library that tells which of several it is: FOLDER is the name of its folder.
const char *where(void) {
    return FOLDER;
}

#ifdef WITH_LATER
void later(void) {}
#endif
