#include "rules/rules.h"

#include <string.h>

/* Branch-free: with random peers half of the branches would be mispredicted. */
static inline bool comes_after(struct address_key a, struct address_key b)
{
    return ((unsigned __int128)a.high << 64 | a.low) > ((unsigned __int128)b.high << 64 | b.low);
}

/* Rules for the same network stay in the order of the file. */
static bool sorts_before(const struct rule *a, const struct rule *b)
{
    if (address_key_same(a->network, b->network))
        return a->len != b->len ? a->len < b->len : a->line < b->line;
    return comes_after(b->network, a->network);
}

static void insert_all(struct rule *rules, uint32_t start, uint32_t end)
{
    for (uint32_t i = start + 1; i < end; i++) {
        struct rule inserted = rules[i];
        uint32_t to = i;

        for (; to > start && sorts_before(&inserted, &rules[to - 1]); to--)
            rules[to] = rules[to - 1];
        rules[to] = inserted;
    }
}

/* Merges from[left..right) and from[right..end), both sorted, into to. */
static void merge(const struct rule *from, uint32_t left, uint32_t right, uint32_t end, struct rule *to)
{
    uint32_t a = left;
    uint32_t b = right;

    to += left;
    while (a < right && b < end) {
        uint32_t is_a = sorts_before(&from[a], &from[b]);

        *to++ = from[b - (b - a) * is_a]; /* branch-free too */
        a += is_a;
        b += 1 - is_a;
    }
    memcpy(to, &from[a], (right - a) * sizeof(*to));
    memcpy(to + (right - a), &from[b], (end - b) * sizeof(*to));
}

/* Bottom-up merge sort, with insertion sort for small blocks. qsort(3) allocates. */
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

/* Returns the first of rule and its parents that contains address, or NULL. All of them share rule's bits. */
static inline const struct rule *containing(const struct rule *all, const struct rule *rule, struct address_key address)
{
    unsigned int common = address_key_common(rule->network, address);

    while (rule->len > common) {
        if (rule->parent == NO_RULE)
            return NULL;
        rule = &all[rule->parent];
    }
    return rule;
}

/* The number of tops above count rules or tops. Each block but the first has one: its first network. */
static uint32_t tops_of(uint32_t count)
{
    return count > 0 ? (count - 1) / RULES_BLOCK : 0;
}

/* Fills in the tops of the rules, then the tops of those, and so on. */
static void build_tops(struct rules *rules)
{
    struct address_key *level = rules->tops;
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

static uint32_t find_parent(const struct rule *all, uint32_t child)
{
    const struct rule *parent = child > 0 ? containing(all, &all[child - 1], all[child].network) : NULL;

    return parent != NULL ? (uint32_t)(parent - all) : NO_RULE;
}

const struct rule *rules_build(struct rules *rules, struct rule *scratch)
{
    struct rule *all = rules->all;

    sort(all, rules->count, scratch);
    for (uint32_t i = 0; i < rules->count; i++) {
        if (i > 0 && rule_same_network(&all[i - 1], &all[i]))
            return &all[i];
        all[i].parent = find_parent(all, i);
    }
    build_tops(rules);
    return NULL;
}

static uint32_t block_size(uint32_t count, uint32_t start)
{
    return count - start < RULES_BLOCK ? count - start : RULES_BLOCK;
}

/*
 * How many of a level's tops do not come after peer, which is the number of peer's block on the level below. Reads one
 * block of each level, from the highest, so that a million rules cost only a few more cache misses than a thousand.
 * Reads all of a block, because memory serves independent reads in parallel.
 */
/* NOLINTNEXTLINE(misc-no-recursion): as deep as there are levels, at most six for the largest file */
static uint32_t count_tops(const struct address_key *level, uint32_t count, struct address_key peer)
{
    uint32_t found = count > RULES_BLOCK ? count_tops(level + count, tops_of(count), peer) * RULES_BLOCK : 0;
    const struct address_key *first = &level[found];
    uint32_t size = block_size(count, found);

    for (uint32_t i = 0; i < size; i++)
        found += !comes_after(first[i], peer);
    return found;
}

__attribute__((noinline)) static bool is_long_enough(const struct rule *rule, struct address_key peer)
{
    struct in6_addr address = address_of_key(peer);

    return rule->len >= address_shortest_prefix(&address);
}

/* False if peer is in a special range and the network is larger than that range: address_shortest_prefix(). */
static inline bool is_specific_enough(const struct rule *rule, struct address_key peer)
{
    enum { FIRST_SPECIAL = 0xfe80 /* peer may be special from here on, or if its high half is zero */ };

    return (peer.high != 0 && peer.high >> 48 < FIRST_SPECIAL) || is_long_enough(rule, peer);
}

/* Returns the rule for peer, given the last rule whose network does not come after peer. */
static inline const struct rule *find_from(const struct rule *all, const struct rule *last, struct address_key peer)
{
    const struct rule *rule = containing(all, last, peer);

    return rule != NULL && is_specific_enough(rule, peer) ? rule : NULL;
}

/* Reads all of the block, like count_tops(). */
__attribute__((noinline)) static const struct rule *find_among_many(const struct rules *rules, const void *peer_address)
{
    struct address_key peer = address_key(peer_address);
    uint32_t up_to = count_tops(rules->tops, tops_of(rules->count), peer) * RULES_BLOCK;
    const struct rule *block = &rules->all[up_to];
    uint32_t size = block_size(rules->count, up_to);

    for (uint32_t i = 0; i < size; i++)
        up_to += !comes_after(block[i].network, peer);
    return up_to > 0 ? find_from(rules->all, &rules->all[up_to - 1], peer) : NULL;
}

/* Returns the rule that many steps further, unless that comes after peer; else rule. */
static inline const struct rule *skip(const struct rule *rule, uint32_t steps, struct address_key peer)
{
    return rule + (size_t)steps * !comes_after(rule[steps].network, peer);
}

/* Likewise, to the last remaining of count rules. */
static inline const struct rule *skip_to_last(const struct rule *rule, uint32_t count, uint32_t remaining,
                                              struct address_key peer)
{
    const struct rule *rest = rule + (count - remaining);

    return comes_after(rest->network, peer) ? rule : rest;
}

/* A binary search in few instructions: most of its steps are the same for every count. */
static inline const struct rule *find_last(const struct rule *rule, uint32_t count, struct address_key peer)
{
    if (count >= 8) /* now it is one of eight from here, then one of four, and so on */
        rule = skip(skip_to_last(rule, count, 8, peer), 4, peer);
    else if (count >= 4)
        rule = skip_to_last(rule, count, 4, peer);
    if (count >= 4)
        rule = skip(rule, 2, peer);
    else if (count >= 2)
        rule = skip_to_last(rule, count, 2, peer);
    return count >= 2 ? skip(rule, 1, peer) : rule;
}

const struct rule *rules_find(const struct rules *rules, const void *peer_address)
{
    struct address_key peer = address_key(peer_address);
    const struct rule *last;

    if (rules->count - 1 >= RULES_BLOCK)
        return rules->count > 0 ? find_among_many(rules, peer_address) : NULL;
    last = find_last(rules->all, rules->count, peer);
    return !comes_after(last->network, peer) ? find_from(rules->all, last, peer) : NULL;
}

struct network rule_network(const struct rule *rule)
{
    return (struct network){.address = address_of_key(rule->network), .len = rule->len};
}

bool rule_same_network(const struct rule *a, const struct rule *b)
{
    return address_key_same(a->network, b->network) && a->len == b->len;
}

void text_rule(struct text *text, const struct rule *rule, const struct source *source)
{
    struct network network = rule_network(rule);

    text_format(text, "%N = %S", &network, source);
}
