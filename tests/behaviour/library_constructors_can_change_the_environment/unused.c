void from_library(void) {}
