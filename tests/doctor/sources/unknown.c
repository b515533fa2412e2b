/* A static program that nobody knows. */
int main(void) { return 0; }
