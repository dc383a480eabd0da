/*
 * Secure execution, ld.so(8): whoever started the process may have less rights than it has, so nothing that comes from
 * there is to be trusted. Async-signal-safe.
 */
#ifndef SRCADDR_SECURE_H
#define SRCADDR_SECURE_H

#include <stdbool.h>
#include <sys/auxv.h>

static inline bool is_secure(void)
{
    return getauxval(AT_SECURE) != 0;
}

#endif
