/* Memory directly from the kernel, because malloc(3) is not async-signal-safe. Both functions are. */
#pragma once

#include <stddef.h>

/* Returns size zero bytes, which take no memory until written to; NULL with errno ENOMEM if there is no memory. */
void *memory_map(size_t size);

/* memory may be NULL. Does not change errno. */
void memory_unmap(void *memory, size_t size);
