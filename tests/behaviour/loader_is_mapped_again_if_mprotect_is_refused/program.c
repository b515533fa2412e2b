#include "report.h"

int main(int argc, char **argv) {
    return report(argc);
}
