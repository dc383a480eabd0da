#include "live/published.h"

#include <stddef.h>

#define STRING(macro)         STRING_OF(macro)
#define STRING_OF(characters) #characters

struct published published_here;
bool published_is_idle;

/* An ELF note, elf(5): stripping keeps it, and it is loaded into memory. */
__asm__(".pushsection .note.srcaddr, \"a\", %note\n"
        ".balign 4\n"
        ".long 2f - 1f, 4f - 3f, " STRING(PUBLISHED_NOTE_TYPE) "\n"
                                                               "1: .asciz \"" PUBLISHED_NOTE_NAME "\"\n"
                                                               "2: .balign 4\n"
                                                               "3: .quad published_here - .\n"
                                                               "4: .popsection\n");

void ruleset_reclaim(unsigned int slot)
{
    struct ruleset *ruleset = __atomic_load_n(&published_here.slots[slot].ruleset, __ATOMIC_RELAXED);

    ruleset_free(ruleset);
    __atomic_store_n(&published_here.slots[slot].ruleset, NULL, __ATOMIC_RELEASE);
}

/* Returns 0 if no slot is free. */
static unsigned int claim_slot(struct ruleset *made)
{
    for (made->slot = 1; made->slot < PUBLISHED_SLOTS; made->slot++) {
        struct ruleset *free = NULL;

        if (__atomic_compare_exchange_n(&published_here.slots[made->slot].ruleset, &free, made, false, __ATOMIC_ACQ_REL,
                                        __ATOMIC_RELAXED))
            return made->slot;
    }
    return 0;
}

bool ruleset_publish(struct ruleset *made, const struct ruleset *before)
{
    unsigned int old = before != NULL ? before->slot : 0;
    int64_t *released = &published_here.slots[old].released;
    bool is_idle = made->rules.count == 0;
    unsigned int slot = claim_slot(made);
    uint64_t seen = __atomic_load_n(&published_here.state, __ATOMIC_ACQUIRE);

    if (slot == 0)
        return false;
    do {
        if (PUBLISHED_SLOT(seen) != old) {
            __atomic_store_n(&published_here.slots[slot].ruleset, NULL, __ATOMIC_RELEASE);
            return false;
        }
    } while (
        !__atomic_compare_exchange_n(&published_here.state, &seen, slot, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE));
    __atomic_store_n(&published_is_idle, is_idle, __ATOMIC_RELAXED);
    if (old != 0 && __atomic_sub_fetch(released, (int64_t)(seen / PUBLISHED_SLOTS), __ATOMIC_ACQ_REL) == 0)
        ruleset_reclaim(old);
    return true;
}
