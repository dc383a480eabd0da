/*
 * Blocks signals around work that holds a descriptor or memory, so that no handler can jump out of it (siglongjmp(3))
 * and the thread is not cancelled: C libraries cancel by a signal, or in calls that kernel.h does not use. Don't read
 * the program's memory meanwhile: SIGSEGV is blocked too. Async-signal-safe.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/kernel.h"

struct signals {
    bool is_blocked; /* false only if a seccomp filter denied it */
    uint64_t mask;
};

static inline void signals_block(struct signals *signals)
{
    /* The C library's own signals too, but not SIGSYS: a sandbox answers calls with it, and kills who blocks it. */
    static const uint64_t all = ~(UINT64_C(1) << (SIGSYS - 1));

    signals->is_blocked = kernel(rt_sigprocmask, SIG_BLOCK, &all, &signals->mask, sizeof(all)) == 0;
}

static inline void signals_restore(const struct signals *signals)
{
    if (signals->is_blocked)
        (void)kernel(rt_sigprocmask, SIG_SETMASK, &signals->mask, NULL, sizeof(signals->mask));
}
