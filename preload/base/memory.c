#include "base/memory.h"

#include <errno.h>
#include <sys/mman.h>

#include "base/kernel.h"

void *memory_map(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (memory != MAP_FAILED)
        return memory;
    errno = ENOMEM; /* whatever mmap(2) says: callers handle only that */
    return NULL;
}

void memory_unmap(void *memory, size_t size)
{
    int saved = errno;

    if (memory != NULL)
        (void)kernel(munmap, memory, size);
    errno = saved;
}
