/* The ruleset in force, and how it is replaced: docs/design.md. Thread-safe and async-signal-safe. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "live/ruleset.h"

/*
 * glusterd-srcaddr status finds struct published in a process's memory by an ELF note of this name and type, which
 * holds the distance between them. The type stands for the layout of struct published and struct ruleset: change it
 * with them, because the process may have another version of the library.
 */
#define PUBLISHED_NOTE_NAME "SrcAddr"
#define PUBLISHED_NOTE_TYPE 5

enum { PUBLISHED_SLOTS = 64 /* one for the ruleset in force, the others for those still in use */ };

struct published {
    uint64_t state; /* PUBLISHED_SLOT() of the ruleset in force, 0 for none; above that, how often it was acquired */
    struct {
        struct ruleset *ruleset; /* NULL: free */
        int64_t released;        /* how often it was released; once it is replaced, minus how often it was acquired */
    } slots[PUBLISHED_SLOTS];
};

#define PUBLISHED_SLOT(state) ((state) % PUBLISHED_SLOTS)

extern struct published published_here __attribute__((visibility("hidden")));

/* True if the ruleset in force has no rules. Only a hint: another thread may just have replaced it. */
extern bool published_is_idle __attribute__((visibility("hidden")));

/*
 * Returns the ruleset in force. It stays valid until ruleset_release(). NULL before the first one is published; there
 * is nothing to release then. Slot 0 stands for that and is never used again.
 */
static inline const struct ruleset *ruleset_acquire(void)
{
    uint64_t state = __atomic_fetch_add(&published_here.state, PUBLISHED_SLOTS, __ATOMIC_ACQ_REL);

    return __atomic_load_n(&published_here.slots[PUBLISHED_SLOT(state)].ruleset, __ATOMIC_RELAXED);
}

/* For ruleset_release(): frees a replaced ruleset after its last release. */
void ruleset_reclaim(unsigned int slot);

/* released is positive while the ruleset is in force, and negative afterwards until all have released it. */
static inline void ruleset_release(const struct ruleset *ruleset)
{
    unsigned int slot = ruleset->slot;

    if (__atomic_add_fetch(&published_here.slots[slot].released, 1, __ATOMIC_ACQ_REL) == 0)
        ruleset_reclaim(slot);
}

/*
 * Publishes made, from ruleset_make(), in place of before, which the caller has acquired, or NULL. Returns false if
 * another thread was faster, or if all slots are in use: the caller then still owns made.
 */
bool ruleset_publish(struct ruleset *made, const struct ruleset *before);
