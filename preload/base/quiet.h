/*
 * Work that must not be left half-way, as it holds a descriptor or memory: signals are held back, so that no handler
 * jumps out of it (siglongjmp(3)), and the thread is not cancelled: C libraries do that by a signal too, or in calls
 * that kernel.h keeps away from. A bad address of the program's must not be read in it: SIGSEGV is held back too.
 * Async-signal-safe.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/kernel.h"

struct quiet {
    bool holds_signals; /* only a filter of system calls keeps it from that */
    uint64_t signals;
};

static inline void quiet_begin(struct quiet *quiet)
{
    /* The C library's own too. But for SIGSYS, with which a sandbox answers a call: who holds that back is killed. */
    static const uint64_t all = ~(UINT64_C(1) << (SIGSYS - 1));

    quiet->holds_signals = kernel(rt_sigprocmask, SIG_BLOCK, &all, &quiet->signals, sizeof(all)) == 0;
}

static inline void quiet_end(const struct quiet *quiet)
{
    if (quiet->holds_signals)
        (void)kernel(rt_sigprocmask, SIG_SETMASK, &quiet->signals, NULL, sizeof(quiet->signals));
}
