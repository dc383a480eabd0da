/* Secure execution, ld.so(8): whoever started the process may have less rights than it. Async-signal-safe. */
#pragma once

#include <stdbool.h>
#include <sys/auxv.h>

static inline bool is_secure(void)
{
    return getauxval(AT_SECURE) != 0;
}
