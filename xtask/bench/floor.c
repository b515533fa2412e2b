/*
 * The floor of `cargo xtask bench`: the least work with which a stub can hand over to a real loader.
 *
 * It knows the real loader's path (LOADER, set by the compiler's command line), looks at no setting,
 * checks nothing and finds no libraries. It maps the loader, tells it in AT_BASE where it is, and jumps
 * there with the stack as the kernel has made it. What a stub costs beyond this is its own doing.
 *
 * x86-64 only. The types are of elf.h, the numbers of asm/unistd_64.h and asm-generic/mman-common.h.
 */
#include <asm/unistd.h>
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>

typedef unsigned long word;

enum { PAGE = 4096, HEADERS = 1024 };

static long call(long number, word a, word b, word c, word d, word e, word f)
{
    register word r10 __asm__("r10") = d;
    register word r8 __asm__("r8") = e;
    register word r9 __asm__("r9") = f;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "0"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

static word page_of(word address) { return address & -(word)PAGE; }
static word next_page(word address) { return page_of(address + PAGE - 1); }

static int protection(word flags)
{
    return (flags & PF_R ? PROT_READ : 0) | (flags & PF_W ? PROT_WRITE : 0) |
           (flags & PF_X ? PROT_EXEC : 0);
}

/* Maps one segment at its place, with zeros behind what the file has. */
static void map_segment(long file, word bias, const Elf64_Phdr *segment)
{
    word start = page_of(segment->p_vaddr);
    word file_end = segment->p_vaddr + segment->p_filesz;
    word end = segment->p_vaddr + segment->p_memsz;
    call(__NR_mmap, bias + start, file_end - start, protection(segment->p_flags),
         MAP_PRIVATE | MAP_FIXED, file, page_of(segment->p_offset));
    if (end == file_end)
        return;
    volatile char *byte = (char *)(bias + file_end);
    for (; (word)byte % sizeof(word); byte++)
        *byte = 0;
    for (volatile word *rest = (word *)byte; rest < (word *)(bias + next_page(file_end)); rest++)
        *rest = 0;
    if (next_page(end) > next_page(file_end))
        call(__NR_mmap, bias + next_page(file_end), next_page(end) - next_page(file_end),
             protection(segment->p_flags), MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0);
}

/* Called by _start with the initial stack. Returns the real loader's entry point. */
__attribute__((used)) static word load(word *stack)
{
    _Alignas(8) char headers[HEADERS];
    long file = call(__NR_open, (word)LOADER, O_RDONLY | O_CLOEXEC, 0, 0, 0, 0);
    call(__NR_read, file, (word)headers, HEADERS, 0, 0, 0);
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)headers;
    const Elf64_Phdr *segments = (const Elf64_Phdr *)(headers + header->e_phoff);

    const Elf64_Phdr *first = 0;
    word end = 0;
    for (int i = 0; i < header->e_phnum; i++) {
        if (segments[i].p_type != PT_LOAD)
            continue;
        if (!first)
            first = &segments[i];
        end = segments[i].p_vaddr + segments[i].p_memsz;
    }
    /* The first segment begins at address 0; mapped this long, it keeps the place of the others. */
    word bias = call(__NR_mmap, 0, next_page(end), protection(first->p_flags), MAP_PRIVATE, file, 0);
    for (int i = first - segments + 1; i < header->e_phnum; i++)
        if (segments[i].p_type == PT_LOAD)
            map_segment(file, bias, &segments[i]);
    call(__NR_close, file, 0, 0, 0, 0, 0);

    word *entry = stack + 1 + stack[0] + 1; /* behind argc, argv and its NULL */
    while (*entry++) {
    }
    for (; entry[0] != AT_NULL; entry += 2)
        if (entry[0] == AT_BASE)
            entry[1] = bias;
    return bias + header->e_entry;
}

__asm__(".globl _start\n"
        "_start:\n"
        "    mov %rsp, %rbx\n"
        "    mov %rsp, %rdi\n"
        "    and $-16, %rsp\n"
        "    call load\n"
        "    mov %rbx, %rsp\n"
        "    xor %edx, %edx\n"
        "    jmp *%rax\n");
