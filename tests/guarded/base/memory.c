/*
 * Replaces preload/base/memory.c for AddressSanitizer and valgrind, which can't know how much of mmap(2)'s memory was
 * asked for: here the rest of the last page is out of bounds, and memory that is not unmapped is a leak.
 */
#include "base/memory.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/mman.h>

#include <sanitizer/asan_interface.h>
#include <valgrind/memcheck.h>

enum { PAGE = 4096 };

static size_t rest_of_page(size_t size)
{
    return (PAGE - size % PAGE) % PAGE;
}

void *memory_map(size_t size)
{
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (memory == MAP_FAILED)
        return NULL;
    ASAN_POISON_MEMORY_REGION(memory + size, rest_of_page(size));
    VALGRIND_MALLOCLIKE_BLOCK(memory, size, 0, true);
    (void)VALGRIND_MAKE_MEM_NOACCESS(memory + size, rest_of_page(size));
    return memory;
}

void memory_unmap(void *memory, size_t size)
{
    int saved = errno;

    if (memory != NULL) {
        ASAN_UNPOISON_MEMORY_REGION((char *)memory + size, rest_of_page(size));
        VALGRIND_FREELIKE_BLOCK(memory, 0);
        munmap(memory, size);
    }
    errno = saved;
}
