/* The configuration in force: docs/design.md tells how it changes. Thread-safe and async-signal-safe. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "live/ruleset.h"

/*
 * How glusterd-srcaddr status finds it in the memory of a process: an ELF note of this name and type tells how far
 * behind itself struct current lies. The type stands for the layout of that and of struct ruleset, and is to be changed
 * with them: the process can have a library of another version.
 */
#define CURRENT_NOTE_NAME "SrcAddr"
#define CURRENT_NOTE_TYPE 5

enum { CURRENT_SLOTS = 64 /* one of them in force, and those that are still looked at */ };

struct current {
    uint64_t state; /* CURRENT_SLOT() of it, 0 for none; above that how many have entered since it is in force */
    struct {
        struct ruleset *ruleset; /* NULL: free */
        int64_t left;            /* those that have left, less those that had entered once it is no longer in force */
    } slots[CURRENT_SLOTS];
};

#define CURRENT_SLOT(state) ((state) % CURRENT_SLOTS)

extern struct current current_here __attribute__((visibility("hidden")));

/* Whether what is in force has no rules. Only a hint: another thread may just have replaced it. */
extern bool current_is_idle __attribute__((visibility("hidden")));

/*
 * Returns what is in force. It stays valid until current_leave(). NULL before anything has been published: there is
 * nothing to leave then. Slot 0 stands for that; it never comes back.
 */
static inline const struct ruleset *current_enter(void)
{
    uint64_t state = __atomic_fetch_add(&current_here.state, CURRENT_SLOTS, __ATOMIC_ACQ_REL);

    return __atomic_load_n(&current_here.slots[CURRENT_SLOT(state)].ruleset, __ATOMIC_RELAXED);
}

/* For current_leave(), where the last one leaves what is no longer in force. */
void current_give_back(unsigned int slot);

/* The count of those that left is positive while it is in force, and negative afterwards until all have left. */
static inline void current_leave(const struct ruleset *ruleset)
{
    unsigned int slot = ruleset->slot;

    if (__atomic_add_fetch(&current_here.slots[slot].left, 1, __ATOMIC_ACQ_REL) == 0)
        current_give_back(slot);
}

/*
 * Publishes made, from ruleset_make(), in place of before, which the caller has entered, or NULL. Returns false if
 * another thread was faster, or if all slots are still in use: made then stays the caller's.
 */
bool current_publish(struct ruleset *made, const struct ruleset *before);
