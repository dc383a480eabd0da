#include "rules.h"

#include <string.h>

static int compare(const struct rule *a, const struct rule *b)
{
    int order = memcmp(&a->network, &b->network, sizeof(a->network));

    if (order == 0)
        order = a->len - b->len;
    if (order == 0)
        order = a->line < b->line ? -1 : 1;
    return order;
}

static void merge(const struct rule *from, uint32_t left, uint32_t right, uint32_t end, struct rule *to)
{
    uint32_t a = left;
    uint32_t b = right;

    for (uint32_t i = left; i < end; i++)
        to[i] = b >= end || (a < right && compare(&from[a], &from[b]) < 0) ? from[a++] : from[b++];
}

/* Merge sort, bottom up: qsort(3) allocates. */
static void sort(struct rule *rules, uint32_t count, struct rule *scratch)
{
    struct rule *from = rules;
    struct rule *to = scratch;

    for (uint32_t width = 1; width < count; width *= 2) {
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

/* The smallest network that contains address among rules[index] and those that contain it. */
static uint32_t containing(const struct rule *rules, uint32_t index, const struct in6_addr *address)
{
    while (index != NO_RULE && !address_same_prefix(&rules[index].network, address, rules[index].len))
        index = rules[index].parent;
    return index;
}

bool rules_build(struct rule *rules, uint32_t count, struct rule *scratch, const struct rule **first,
                 const struct rule **second)
{
    sort(rules, count, scratch);
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0 && same_network(&rules[i - 1], &rules[i])) {
            *first = &rules[i - 1];
            *second = &rules[i];
            return false;
        }
        rules[i].parent = i == 0 ? NO_RULE : containing(rules, i - 1, &rules[i].network);
    }
    return true;
}

const struct rule *rules_find(const struct rule *rules, uint32_t count, const struct in6_addr *peer)
{
    uint32_t low = 0;
    uint32_t high = count;
    uint32_t index;

    /* The last rule whose network does not come after peer contains it, or is contained in what does. */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (memcmp(&rules[middle].network, peer, sizeof(*peer)) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    index = low == 0 ? NO_RULE : containing(rules, low - 1, peer);
    if (index == NO_RULE || rules[index].len < address_reach(peer))
        return NULL;
    return &rules[index];
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
