#include "memory.h"

#include <errno.h>
#include <sys/mman.h>

void *memory_take(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return memory == MAP_FAILED ? NULL : memory;
}

void memory_give(void *memory, size_t size)
{
    int saved = errno;

    if (memory != NULL)
        munmap(memory, size);
    errno = saved;
}
