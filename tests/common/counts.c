// A plugin of QEMU's user mode: counts what a loader executes of its own, exactly.
//
// Arguments: entry=OFFSET size=BYTES of the loader, both decimal, and out=FILE, which gets the number of
// instructions executed in the loader and of the system calls that it makes. The first instruction of all is
// the loader's first. Declarations are those of qemu-plugin.h, which QEMU's packages do not always have; API
// version 1, which QEMU has kept since 6.0 for these functions.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef void translated(plugin_id, struct qemu_plugin_tb *);
typedef void executed(unsigned cpu, void *data);
typedef void system_call(plugin_id, unsigned cpu, int64_t number, uint64_t, uint64_t, uint64_t, uint64_t,
                         uint64_t, uint64_t, uint64_t, uint64_t);
typedef void at_exit(plugin_id, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id, translated *);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *, size_t);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *, executed *, int flags, void *data);
void qemu_plugin_register_vcpu_syscall_cb(plugin_id, system_call *);
void qemu_plugin_register_atexit_cb(plugin_id, at_exit *, void *data);

#define EXPORT __attribute__((visibility("default")))

EXPORT int qemu_plugin_version = 1;

static uint64_t entry, size, base, instructions, calls;
static int is_started, is_inside;
static const char *out;

static void count_instruction(unsigned cpu, void *in_loader) {
    is_inside = in_loader != NULL;
    instructions += is_inside;
}

static void look_at(plugin_id id, struct qemu_plugin_tb *block) {
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(block); i++) {
        struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(block, i);
        uint64_t address = qemu_plugin_insn_vaddr(instruction);
        if (!is_started) {
            base = address - entry;
            is_started = 1;
        }
        void *in_loader = address - base < size ? &base : NULL;
        qemu_plugin_register_vcpu_insn_exec_cb(instruction, count_instruction, 0, in_loader);
    }
}

static void count_call(plugin_id id, unsigned cpu, int64_t number, uint64_t a, uint64_t b, uint64_t c,
                       uint64_t d, uint64_t e, uint64_t f, uint64_t g, uint64_t h) {
    calls += is_inside;
}

static void report(plugin_id id, void *data) {
    FILE *file = fopen(out, "w");
    if (!file)
        return;
    fprintf(file, "%llu %llu\n", (unsigned long long)instructions, (unsigned long long)calls);
    fclose(file);
}

EXPORT int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv) {
    for (int i = 0; i < argc; i++) {
        if (!strncmp(argv[i], "entry=", 6))
            entry = strtoull(argv[i] + 6, NULL, 10);
        else if (!strncmp(argv[i], "size=", 5))
            size = strtoull(argv[i] + 5, NULL, 10);
        else if (!strncmp(argv[i], "out=", 4))
            out = strdup(argv[i] + 4);
    }
    if (!size || !out)
        return 1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, look_at);
    qemu_plugin_register_vcpu_syscall_cb(id, count_call);
    qemu_plugin_register_atexit_cb(id, report, NULL);
    return 0;
}
