#include "base/ratelimit.h"

#include "base/address.h"

enum {
    SLOTS = 1024, /* a power of two */
    INTERVAL = 60 /* seconds */
};

/* High half: hash of the peer. Low half: second of its last warning. One compare-and-swap claims both. 0: free. */
static uint64_t slots[SLOTS];

/* Another thread may already have claimed a later second. */
static bool is_recent(uint64_t slot, uint32_t now)
{
    return slot != 0 && (int32_t)(now - (uint32_t)slot) < INTERVAL;
}

bool ratelimit_allows(const struct in6_addr *peer, uint32_t now)
{
    uint32_t key = (uint32_t)address_hash(peer);
    uint64_t *over = NULL; /* peer's slot, or the first free or expired one */
    uint64_t over_seen = 0;

    for (uint32_t i = 0; i < SLOTS; i++) {
        uint64_t *slot = &slots[(key + i) % SLOTS];
        uint64_t seen = __atomic_load_n(slot, __ATOMIC_RELAXED);
        bool is_peers = seen != 0 && seen >> 32 == key;

        if (is_peers && is_recent(seen, now))
            return false;
        if (is_peers || (over == NULL && !is_recent(seen, now))) {
            over = slot;
            over_seen = seen;
        }
        if (is_peers || seen == 0)
            break;
    }
    return over != NULL && __atomic_compare_exchange_n(over, &over_seen, (uint64_t)key << 32 | now, false,
                                                       __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}
