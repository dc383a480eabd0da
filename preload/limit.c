#include "limit.h"

#include "address.h"

enum {
    SLOTS = 1024, /* a power of two */
    INTERVAL = 60 /* seconds */
};

/* A hash of the peer above, the second of its last warning below, so that one compare-and-swap claims both. 0: free. */
static uint64_t slots[SLOTS];

/* A thread can come with a second that is over already for the one before it. */
static bool is_recent(uint64_t slot, uint32_t now)
{
    return slot != 0 && (int32_t)(now - (uint32_t)slot) < INTERVAL;
}

static bool claim(uint64_t *slot, uint64_t seen, uint32_t key, uint32_t now)
{
    return __atomic_compare_exchange_n(slot, &seen, (uint64_t)key << 32 | now, false, __ATOMIC_RELAXED,
                                       __ATOMIC_RELAXED);
}

bool limit_allows(const struct in6_addr *peer, uint32_t now)
{
    uint32_t key = (uint32_t)address_hash(1, peer);
    uint64_t *oldest = NULL;
    uint64_t oldest_seen = 0;

    for (uint32_t i = 0; i < SLOTS; i++) {
        uint64_t *slot = &slots[(key + i) % SLOTS];
        uint64_t seen = __atomic_load_n(slot, __ATOMIC_RELAXED);

        if (seen != 0 && seen >> 32 == key)
            return !is_recent(seen, now) && claim(slot, seen, key, now);
        if (oldest == NULL && !is_recent(seen, now)) {
            oldest = slot;
            oldest_seen = seen;
        }
        if (seen == 0)
            break;
    }
    return oldest != NULL && claim(oldest, oldest_seen, key, now);
}
