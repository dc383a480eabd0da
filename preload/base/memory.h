/* Memory straight from the kernel: malloc(3) is not async-signal-safe. Both functions are. */
#pragma once

#include <stddef.h>

/* size bytes of zeros, which cost nothing until they are written to; NULL with errno ENOMEM if there are none. */
void *memory_take(size_t size);

/* memory may be NULL. Leaves errno alone. */
void memory_give(void *memory, size_t size);
