/*
 * Reads the configuration at the first connect that rules can apply to, and again once it has changed. Threads, signal
 * handlers and forked children may call these at the same time. Async-signal-safe.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "live/ruleset.h"

/* How long the ruleset in force counts as up to date. Together with SETTLED_AFTER well below a second. */
#define CHECK_INTERVAL 50000000 /* nanoseconds */

/* When to check again, by reload_coarse_clock(). */
extern int64_t reload_next_check __attribute__((visibility("hidden")));

/* CLOCK_MONOTONIC_COARSE in nanoseconds. No system call: vdso(7). */
static inline int64_t reload_coarse_clock(void)
{
    struct timespec now = {.tv_sec = 0};

    (void)clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* True if it is time for another check, for one caller only. Inline, because every connect asks. */
static inline bool reload_is_due(void)
{
    int64_t now = reload_coarse_clock();
    int64_t due = __atomic_load_n(&reload_next_check, __ATOMIC_RELAXED);

    return now >= due && __atomic_compare_exchange_n(&reload_next_check, &due, now + CHECK_INTERVAL, false,
                                                     __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

/*
 * Reads the configuration and publishes it, unless another thread is faster. Returns 0 and acquires the ruleset in
 * force as *ruleset; or returns a passing errno value if the configuration could not be read: what is in force is then
 * unknown, and the next call tries again. Waits for SETTLED_AFTER if somebody may be writing.
 */
int reload_first(const struct ruleset **ruleset);

/*
 * Checks whether what *ruleset, acquired by the caller, was read from has changed. If so, reads it, publishes it, logs
 * that, and acquires the new ruleset in place of *ruleset. What can't be used is logged once and changes nothing. What
 * somebody may be writing is left for a later check or, if the last one was long ago, waited for as above.
 */
void reload_if_changed(const struct ruleset **ruleset);
