// Where no extra path exists, the loader gets no library path: a library's constructor, which would see it, sees none.
//
//@ library: libraries/libsees.so sees.c
//@ program: main main.c -Wl,--no-as-needed /t/libraries/libsees.so
//@ extra-path: /t/nothing
//@ extra-path: /t/nothing-either
//@ library-env: {D} libraries
//
//@ run: by the cache
//@ plan: cache
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: LD_LIBRARY_PATH is unset
//
//@ control: by the environment
//@ plan: environment
//@ env: NIX_LD_LIBRARY_PATH={D}
//@ stdout: LD_LIBRARY_PATH is set
int main(void) {
    return 0;
}
