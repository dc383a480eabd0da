#include "current.h"

#include <stddef.h>

#include "memory.h"

#define STRING(macro)         STRING_OF(macro)
#define STRING_OF(characters) #characters

/* Not static, for the note. */
struct current current;

/* elf(5). It stays when symbols are stripped, and lies in memory. */
__asm__(".pushsection .note.srcaddr, \"a\", %note\n"
        ".balign 4\n"
        ".long 2f - 1f, 4f - 3f, " STRING(CURRENT_NOTE_TYPE) "\n"
                                                             "1: .asciz \"" CURRENT_NOTE_NAME "\"\n"
                                                             "2: .balign 4\n"
                                                             "3: .quad current - .\n"
                                                             "4: .popsection\n");

/* Slot 0 stands for none, and none comes only once, before all others: what was in force is followed by another one. */
const struct active *current_enter(void)
{
    uint64_t state;

    if (CURRENT_SLOT(__atomic_load_n(&current.state, __ATOMIC_ACQUIRE)) == 0)
        return NULL;
    state = __atomic_fetch_add(&current.state, CURRENT_SLOTS, __ATOMIC_ACQ_REL);
    return __atomic_load_n(&current.slots[CURRENT_SLOT(state)].active, __ATOMIC_RELAXED);
}

static void give_back(unsigned int slot)
{
    struct active *active = __atomic_load_n(&current.slots[slot].active, __ATOMIC_RELAXED);

    memory_give(active, active->size);
    __atomic_store_n(&current.slots[slot].active, NULL, __ATOMIC_RELEASE);
}

/* While it is in force the number of those that have left is above 0, afterwards below until all have. */
void current_leave(const struct active *active)
{
    unsigned int slot = active->slot;

    if (__atomic_add_fetch(&current.slots[slot].left, 1, __ATOMIC_ACQ_REL) == 0)
        give_back(slot);
}

static void retire(unsigned int slot, uint64_t entered)
{
    if (__atomic_sub_fetch(&current.slots[slot].left, (int64_t)entered, __ATOMIC_ACQ_REL) == 0)
        give_back(slot);
}

/* 0 if there is none. */
static unsigned int take_slot(struct active *made)
{
    for (made->slot = 1; made->slot < CURRENT_SLOTS; made->slot++) {
        struct active *free = NULL;

        if (__atomic_compare_exchange_n(&current.slots[made->slot].active, &free, made, false, __ATOMIC_ACQ_REL,
                                        __ATOMIC_RELAXED))
            return made->slot;
    }
    return 0;
}

bool current_publish(struct active *made, const struct active *before)
{
    unsigned int old = before != NULL ? before->slot : 0;
    unsigned int slot = take_slot(made);
    uint64_t seen = __atomic_load_n(&current.state, __ATOMIC_ACQUIRE);

    if (slot == 0)
        return false;
    do {
        if (CURRENT_SLOT(seen) != old) {
            __atomic_store_n(&current.slots[slot].active, NULL, __ATOMIC_RELEASE);
            return false;
        }
    } while (!__atomic_compare_exchange_n(&current.state, &seen, slot, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE));
    if (old != 0)
        retire(old, seen / CURRENT_SLOTS);
    return true;
}
