/*
 * Which configuration is in force: read at the first connect that rules can be about, and again once it has changed.
 * Threads, signal handlers and forked children may call these at once. Async-signal-safe.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "live/ruleset.h"

/* How long what is in force counts as up to date. Together with SETTLED_AFTER well below a second. */
#define LOOK_INTERVAL 50000000 /* nanoseconds */

/* When to look, by reload_coarse_clock(). */
extern int64_t reload_next_look __attribute__((visibility("hidden")));

/* CLOCK_MONOTONIC_COARSE in nanoseconds. No system call: vdso(7). */
static inline int64_t reload_coarse_clock(void)
{
    struct timespec now = {.tv_sec = 0};

    (void)clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Whether it is time for another look; true for one caller only. Inline, because every connect asks. */
static inline bool reload_is_due(void)
{
    int64_t now = reload_coarse_clock();
    int64_t due = __atomic_load_n(&reload_next_look, __ATOMIC_RELAXED);

    return now >= due && __atomic_compare_exchange_n(&reload_next_look, &due, now + LOOK_INTERVAL, false,
                                                     __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

/*
 * Reads the configuration and puts it in force, unless another thread is first. Returns 0, and *ruleset is what is in
 * force, entered; or the errno value, one that may pass, of why it could not be read: what is in force is then not
 * known, and the next call tries again. Waits for SETTLED_AFTER where somebody may be writing.
 */
int reload_first(const struct ruleset **ruleset);

/*
 * Looks whether the configuration that *ruleset, entered, was read from has changed, and if so reads it, puts it in
 * force, logs that, and enters it in place of *ruleset. What can't be used is logged once and changes nothing. What
 * somebody may be writing is left for a later look, or, where the last look was long ago, waited for as above.
 */
void reload_if_changed(const struct ruleset **ruleset);
