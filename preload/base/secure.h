/* Secure execution, ld.so(8): whoever started the process may have fewer rights than it has. Async-signal-safe. */
#pragma once

#include <stdbool.h>
#include <sys/auxv.h>

static inline bool is_secure(void)
{
    return getauxval(AT_SECURE) != 0;
}
