int loaded(int number) {
    return number + 1;
}
