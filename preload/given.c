#include "given.h"

#include <stddef.h>
#include <stdint.h>

#include "address.h"

enum {
    SETS = 1024, /* a power of two */
    WAYS = 4     /* pairs in a set */
};

/* Hashes of pairs, each in the set that its low bits say, so that one word can be written at once; 0: free. */
static uint64_t sets[SETS][WAYS];

/* Never 0. Of two pairs with the same hash one would count as the other: 1 in 2^64. */
static uint64_t hash(const struct in6_addr *peer, const struct in6_addr *source)
{
    uint64_t value = address_hash(address_hash(1, peer), source);

    return value != 0 ? value : 1;
}

static bool has(const uint64_t *set, uint64_t pair)
{
    for (size_t way = 0; way < WAYS; way++)
        if (__atomic_load_n(&set[way], __ATOMIC_RELAXED) == pair)
            return true;
    return false;
}

void given_note(const struct in6_addr *peer, const struct in6_addr *source)
{
    uint64_t pair = hash(peer, source);
    uint64_t *set = sets[pair % SETS];

    if (has(set, pair))
        return;
    for (size_t way = WAYS - 1; way > 0; way--) /* the oldest one falls out */
        __atomic_store_n(&set[way], __atomic_load_n(&set[way - 1], __ATOMIC_RELAXED), __ATOMIC_RELAXED);
    __atomic_store_n(&set[0], pair, __ATOMIC_RELAXED);
}

bool given_before(const struct in6_addr *peer, const struct in6_addr *source)
{
    uint64_t pair = hash(peer, source);

    return has(sets[pair % SETS], pair);
}
