/*
 * Blocks signals around work that holds a descriptor or memory, so that no handler can jump out of it (siglongjmp(3))
 * and the thread can't be cancelled: C libraries cancel by a signal, or in calls that kernel.h does not use. Don't
 * access the program's memory meanwhile, because SIGSEGV is blocked too. Async-signal-safe.
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
    /*
     * Includes the C library's own, but not SIGSYS: if that is blocked, a sandbox that traps a call kills the process.
     */
    static const uint64_t all = ~(UINT64_C(1) << (SIGSYS - 1));

    signals->is_blocked = kernel(rt_sigprocmask, SIG_BLOCK, &all, &signals->mask, sizeof(all)) == 0;
}

static inline void signals_restore(const struct signals *signals)
{
    if (signals->is_blocked)
        (void)kernel(rt_sigprocmask, SIG_SETMASK, &signals->mask, NULL, sizeof(signals->mask));
}
