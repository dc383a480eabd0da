/* The configuration in force: docs/design.md tells how it changes. Thread-safe and async-signal-safe. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "live/ruleset.h"

/*
 * How glusterd-srcaddr status finds it in the memory of a process: an ELF note of this name and type tells how far
 * behind itself struct published lies. The type stands for the layout of that and of struct ruleset, and is to be
 * changed with them: the process can have a library of another version.
 */
#define PUBLISHED_NOTE_NAME "SrcAddr"
#define PUBLISHED_NOTE_TYPE 5

enum { PUBLISHED_SLOTS = 64 /* one of them in force, and those that are still looked at */ };

struct published {
    uint64_t state; /* PUBLISHED_SLOT() of it, 0 for none; above that how many have entered since it is in force */
    struct {
        struct ruleset *ruleset; /* NULL: free */
        int64_t left;            /* those that have left, less those that had entered once it is no longer in force */
    } slots[PUBLISHED_SLOTS];
};

#define PUBLISHED_SLOT(state) ((state) % PUBLISHED_SLOTS)

extern struct published published_here __attribute__((visibility("hidden")));

/* Whether what is in force has no rules. Only a hint: another thread may just have replaced it. */
extern bool published_is_idle __attribute__((visibility("hidden")));

/*
 * Returns what is in force. It stays valid until ruleset_release(). NULL before anything has been published: there is
 * nothing to leave then. Slot 0 stands for that; it never comes back.
 */
static inline const struct ruleset *ruleset_acquire(void)
{
    uint64_t state = __atomic_fetch_add(&published_here.state, PUBLISHED_SLOTS, __ATOMIC_ACQ_REL);

    return __atomic_load_n(&published_here.slots[PUBLISHED_SLOT(state)].ruleset, __ATOMIC_RELAXED);
}

/* For ruleset_release(), where the last one leaves what is no longer in force. */
void ruleset_reclaim(unsigned int slot);

/* The count of those that left is positive while it is in force, and negative afterwards until all have left. */
static inline void ruleset_release(const struct ruleset *ruleset)
{
    unsigned int slot = ruleset->slot;

    if (__atomic_add_fetch(&published_here.slots[slot].left, 1, __ATOMIC_ACQ_REL) == 0)
        ruleset_reclaim(slot);
}

/*
 * Publishes made, from ruleset_make(), in place of before, which the caller has entered, or NULL. Returns false if
 * another thread was faster, or if all slots are still in use: made then stays the caller's.
 */
bool ruleset_publish(struct ruleset *made, const struct ruleset *before);
