/*
 * Work that must not be left half-way, as it holds a descriptor or memory: signals are held back, so that no handler
 * jumps out of it (siglongjmp(3)), and the thread is not cancelled, whatever is called. A bad address of the program's
 * must not be read in it: SIGSEGV is held back too. Async-signal-safe.
 */
#pragma once

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernel.h"

struct quiet {
    bool holds_signals; /* only a filter of system calls keeps it from that */
    uint64_t signals;
    int cancel_state;
};

static inline void quiet_begin(struct quiet *quiet)
{
    /* The C library's own too. But for SIGSYS, with which a sandbox answers a call: who holds that back is killed. */
    static const uint64_t all = ~(UINT64_C(1) << (SIGSYS - 1));

    quiet->holds_signals = kernel(rt_sigprocmask, SIG_BLOCK, &all, &quiet->signals, sizeof(all)) == 0;
    quiet->cancel_state = PTHREAD_CANCEL_ENABLE; /* without libpthread, glibc before 2.34 leaves it as it is */
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &quiet->cancel_state);
}

static inline void quiet_end(const struct quiet *quiet)
{
    int ignored;

    pthread_setcancelstate(quiet->cancel_state, &ignored);
    if (quiet->holds_signals)
        (void)kernel(rt_sigprocmask, SIG_SETMASK, &quiet->signals, NULL, sizeof(quiet->signals));
}
