#include "rules.h"

#include <endian.h>
#include <string.h>

/* An address as two numbers, which compare as its bytes do. */
struct key {
    uint64_t high;
    uint64_t low;
};

static struct key key_of(const void *address)
{
    uint64_t halves[2];

    memcpy(halves, address, sizeof(halves));
    return (struct key){.high = be64toh(halves[0]), .low = be64toh(halves[1])};
}

/* Without a branch: of random peers a processor would foretell half of the branches wrong. */
static bool is_at_most(struct key a, struct key b)
{
    return ((unsigned __int128)a.high << 64 | a.low) <= ((unsigned __int128)b.high << 64 | b.low);
}

static int compare(const struct rule *a, const struct rule *b)
{
    struct key key_a = key_of(&a->network);
    struct key key_b = key_of(&b->network);

    if (key_a.high != key_b.high)
        return key_a.high < key_b.high ? -1 : 1;
    if (key_a.low != key_b.low)
        return key_a.low < key_b.low ? -1 : 1;
    if (a->len != b->len)
        return a->len - b->len;
    return a->line < b->line ? -1 : 1;
}

static void insert_all(struct rule *rules, uint32_t start, uint32_t end)
{
    for (uint32_t i = start + 1; i < end; i++) {
        struct rule inserted = rules[i];
        uint32_t to = i;

        for (; to > start && compare(&rules[to - 1], &inserted) > 0; to--)
            rules[to] = rules[to - 1];
        rules[to] = inserted;
    }
}

static void merge(const struct rule *from, uint32_t left, uint32_t right, uint32_t end, struct rule *to)
{
    uint32_t a = left;
    uint32_t b = right;

    for (uint32_t i = left; i < end; i++)
        to[i] = b >= end || (a < right && compare(&from[a], &from[b]) < 0) ? from[a++] : from[b++];
}

/* Merge sort, bottom up, of blocks that are small enough to insert in: qsort(3) allocates. */
static void sort(struct rule *rules, uint32_t count, struct rule *scratch)
{
    struct rule *from = rules;
    struct rule *to = scratch;

    for (uint32_t start = 0; start < count; start += RULES_BLOCK)
        insert_all(rules, start, start + RULES_BLOCK < count ? start + RULES_BLOCK : count);
    for (uint32_t width = RULES_BLOCK; width < count; width *= 2) {
        struct rule *merged = to;

        for (uint32_t left = 0; left < count; left += 2 * width) {
            uint32_t right = left + width < count ? left + width : count;
            uint32_t end = right + width < count ? right + width : count;

            merge(from, left, right, end, to);
        }
        to = from;
        from = merged;
    }
    if (from != rules)
        memcpy(rules, from, count * sizeof(*rules));
}

static bool same_network(const struct rule *a, const struct rule *b)
{
    return a->len == b->len && memcmp(&a->network, &b->network, sizeof(a->network)) == 0;
}

/* The bits that differ among the first len of 64. */
static uint64_t difference(uint64_t a, uint64_t b, unsigned int len)
{
    return len == 0 ? 0 : (a ^ b) >> (64 - len);
}

static bool contains(const struct rule *rule, struct key address)
{
    struct key network = key_of(&rule->network);

    if (rule->len <= 64)
        return difference(network.high, address.high, rule->len) == 0;
    return network.high == address.high && difference(network.low, address.low, rule->len - 64u) == 0;
}

/* The smallest network that contains address among rules[index] and those that contain it. */
static inline uint32_t containing(const struct rule *rules, uint32_t index, struct key address)
{
    while (index != NO_RULE && !contains(&rules[index], address))
        index = rules[index].parent;
    return index;
}

enum { LEVELS_MAX = 8 /* RULES_BLOCK to that power is more than there can be rules */ };

/* To each block of so many rules, or tops, but the first one, a top leads: the first network in it. */
static uint32_t tops_of(uint32_t count)
{
    return count > 0 ? (count - 1) / RULES_BLOCK : 0;
}

/* The tops of rules, then the tops of these, and so on. */
static void build_tops(struct rules *rules)
{
    struct in6_addr *level = rules->tops;
    uint32_t count = tops_of(rules->count);

    for (size_t i = 0; i < count; i++)
        level[i] = rules->all[(i + 1) * RULES_BLOCK].network;
    for (uint32_t above = tops_of(count); above > 0; above = tops_of(above)) {
        for (size_t i = 0; i < above; i++)
            level[count + i] = level[(i + 1) * RULES_BLOCK];
        level += count;
        count = above;
    }
}

bool rules_build(struct rules *rules, struct rule *scratch, const struct rule **first, const struct rule **second)
{
    struct rule *all = rules->all;

    sort(all, rules->count, scratch);
    for (uint32_t i = 0; i < rules->count; i++) {
        if (i > 0 && same_network(&all[i - 1], &all[i])) {
            *first = &all[i - 1];
            *second = &all[i];
            return false;
        }
        all[i].parent = i == 0 ? NO_RULE : containing(all, i - 1, key_of(&all[i].network));
    }
    build_tops(rules);
    return true;
}

static uint32_t block_size(uint32_t count, uint32_t start)
{
    return count - start < RULES_BLOCK ? count - start : RULES_BLOCK;
}

/* How many of a level's tops do not come after peer, which belongs to the block of this number. All of the block is
 * read at once: what waits for no other read, memory delivers at the same time. */
static uint32_t count_tops(const struct in6_addr *level, uint32_t count, uint32_t block, struct key peer)
{
    uint32_t found = block * RULES_BLOCK;
    const struct in6_addr *first = &level[found];
    uint32_t size = block_size(count, found);

    for (uint32_t i = 0; i < size; i++)
        found += is_at_most(key_of(&first[i]), peer);
    return found;
}

/*
 * The block of rules where peer belongs, from the highest level of tops down. One block of each level is read, so that
 * a million rules cost few cache misses more than a thousand.
 */
static uint32_t find_block(const struct rules *rules, struct key peer)
{
    const struct in6_addr *levels[LEVELS_MAX];
    uint32_t counts[LEVELS_MAX];
    uint32_t level = 0;
    uint32_t block = 0;

    levels[0] = rules->tops;
    for (counts[0] = tops_of(rules->count); counts[level] > RULES_BLOCK; level++) {
        levels[level + 1] = levels[level] + counts[level];
        counts[level + 1] = tops_of(counts[level]);
    }
    do
        block = count_tops(levels[level], counts[level], block, peer);
    while (level-- > 0);
    for (uint32_t i = block * RULES_BLOCK; i < rules->count && i < (block + 1) * RULES_BLOCK; i += 2)
        __builtin_prefetch(&rules->all[i]); /* of which two are in a cache line */
    return block;
}

static inline bool comes_after(const struct in6_addr *network, struct key peer)
{
    struct key key = key_of(network);

    return key.high != peer.high ? key.high > peer.high : key.low > peer.low;
}

/* A rule of a network that reaches into the range where peer is, if that is one of those that address_reach() tells of.
 */
__attribute__((noinline)) static const struct rule *reaching(const struct rule *rule, struct key peer)
{
    uint64_t halves[] = {htobe64(peer.high), htobe64(peer.low)};
    struct in6_addr address;

    memcpy(&address, halves, sizeof(address));
    return rule->len >= address_reach(&address) ? rule : NULL;
}

/* The rule for peer, which belongs in the block that starts there: a binary search, in as few instructions as can be.
 */
static inline const struct rule *find_in_block(const struct rules *rules, uint32_t start, struct key peer)
{
    const struct rule *block = &rules->all[start];
    uint32_t size = rules->count - start;
    uint32_t up_to = 0;
    uint32_t index;

    for (uint32_t step = RULES_BLOCK; step > 0; step /= 2)
        if (up_to + step <= size && !comes_after(&block[up_to + step - 1].network, peer))
            up_to += step;
    if (start + up_to == 0)
        return NULL;
    /* The last rule whose network does not come after peer contains it, or is contained in what does. */
    index = containing(rules->all, start + up_to - 1, peer);
    return index != NO_RULE ? reaching(&rules->all[index], peer) : NULL;
}

__attribute__((noinline)) static const struct rule *find_among_many(const struct rules *rules, struct key peer)
{
    return find_in_block(rules, find_block(rules, peer) * RULES_BLOCK, peer);
}

const struct rule *rules_find(const struct rules *rules, const void *peer)
{
    return rules->count > RULES_BLOCK ? find_among_many(rules, key_of(peer)) : find_in_block(rules, 0, key_of(peer));
}

bool source_same(const struct source *a, const struct source *b)
{
    return a->kind == b->kind && a->bind_address == b->bind_address && a->network.len == b->network.len &&
           IN6_ARE_ADDR_EQUAL(&a->network.address, &b->network.address) && strcmp(a->scope, b->scope) == 0;
}

void text_source(struct text *text, const struct source *source)
{
    if (source->bind_address) {
        text_string(text, "bind-address");
        return;
    }
    if (source->kind == SOURCE_NONE) {
        text_string(text, "none");
        return;
    }
    text_format(text, "%A", &source->network.address);
    if (source->scope[0] != '\0')
        text_format(text, "%%%s", source->scope);
    if (source->kind == SOURCE_PREFIX)
        text_format(text, "/%u", source->network.len);
}

void text_rule(struct text *text, const struct rule *rule, const struct source *source)
{
    struct network network = {.address = rule->network, .len = rule->len};

    text_format(text, "%N = ", &network);
    text_source(text, source);
}
