#include <exception>
#include <iostream>

void throw_from_library();

int main() {
  try {
    throw_from_library();
  } catch (const std::exception &exception) {
    std::cout << "caught: " << exception.what() << '\n';
    return 0;
  }
  return 1;
}
