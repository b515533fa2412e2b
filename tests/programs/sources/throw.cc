#include <stdexcept>

void throw_from_library() { throw std::runtime_error("thrown in a library"); }
