#include "judge/lint.h"

#include <stdlib.h>
#include <string.h>

#include "base/word.h"
#include "host/names.h"
#include "live/load.h"
#include "rules/pattern.h"
#include "terminal/command.h"

/* The ranges for which address_shortest_prefix() is above 0, in order. As rules, but only network and len are set. */
static const struct rule ranges[] = {
    {.len = 128},
    {.network = {.low = 1}, .len = 128},
    {.network = {.low = 0xffff00000000}, .len = 96},
    {.network = {.high = 0xfe80000000000000}, .len = 10},
    {.network = {.high = 0xff00000000000000}, .len = 8},
};

enum { RANGE_COUNT = sizeof(ranges) / sizeof(ranges[0]), MULTICAST = RANGE_COUNT - 1 };

/* The number of addresses in a network of that length, modulo 2^128: 0 stands for all. */
static unsigned __int128 size_of(unsigned int len)
{
    return len == 0 ? 0 : (unsigned __int128)1 << (128 - len);
}

static bool contains(const struct rule *outer, const struct rule *inner)
{
    return outer->len < inner->len && address_key_common(outer->network, inner->network) >= outer->len;
}

/* Whether inner is, or is in, a range that outer contains: there, outer does not apply. */
static bool lies_in_range(const struct rule *inner, const struct rule *outer)
{
    for (int i = 0; i < RANGE_COUNT; i++)
        if (contains(outer, &ranges[i]) && (contains(&ranges[i], inner) || rule_same_network(&ranges[i], inner)))
            return true;
    return false;
}

/* The rule with the smallest network that contains range. */
static uint32_t parent_of(const struct rule *range, const struct rule *rules, uint32_t count)
{
    uint32_t parent = NO_RULE;

    for (uint32_t i = 0; i < count; i++)
        if (contains(&rules[i], range))
            parent = i;
    return parent;
}

void lint_rules(const struct rule *rules, uint32_t count, bool *never)
{
    unsigned __int128 *covered = check_alloc(calloc(count + 1, sizeof(*covered)));

    memset(never, 0, count * sizeof(*never));
    for (uint32_t i = 0; i < count; i++) {
        uint32_t parent = rules[i].parent;

        if (parent == NO_RULE || lies_in_range(&rules[i], &rules[parent]))
            continue;
        covered[parent] += size_of(rules[i].len);
        never[parent] = true;
    }
    for (int i = 0; i < RANGE_COUNT; i++) {
        uint32_t parent = parent_of(&ranges[i], rules, count);

        if (parent == NO_RULE)
            continue;
        covered[parent] += size_of(ranges[i].len);
        never[parent] = true;
    }
    for (uint32_t i = 0; i < count; i++)
        never[i] = (never[i] && covered[i] == size_of(rules[i].len)) || contains(&ranges[MULTICAST], &rules[i]) ||
                   rule_same_network(&ranges[MULTICAST], &rules[i]);
    free(covered);
}

bool lint_peer(const struct rule *rule, struct network *meant)
{
    *meant = rule_network(rule);
    if (rule->len < 128)
        return false;
    if (IN6_IS_ADDR_V4MAPPED(&meant->address))
        meant->len = 96;
    else
        meant->len = IN6_IS_ADDR_UNSPECIFIED(&meant->address) ? 0 : 64;
    return meant->len == 96 ? meant->address.s6_addr32[3] == 0 : rule->network.low == 0;
}

static bool has_process(const struct section *section, const struct process *process)
{
    return (process->role[0] != '\0' && section_matches(section, process->role)) ||
           section_matches(section, process->program);
}

/* False if process gets its rules from section. If it gets them from another, *earlier is the last of those. */
static bool is_shadowed(const struct config *config, const struct section *section, const struct process *process,
                        const struct section **earlier)
{
    const struct section *first = load_find_section(config, process);

    if (!has_process(section, process))
        return true;
    if (first == section)
        return false;
    if (*earlier == NULL || first > *earlier)
        *earlier = first;
    return true;
}

/* The same for the process of a name without wildcards. A pattern may also match programs that are not known. */
static bool is_name_shadowed(const struct config *config, const struct section *section, struct word name,
                             const struct section **earlier)
{
    struct process process;
    char *plain;

    if (is_pattern(name))
        return is_known_name(name);
    plain = check_alloc(strndup(name.start, name.len));
    process_called(plain, &process);
    free(plain);
    return is_shadowed(config, section, &process, earlier);
}

const struct section *lint_section(const struct config *config, uint32_t index)
{
    const struct section *section = &config->sections[index];
    const struct section *earlier = NULL;
    struct word rest = section->names;
    struct process process;

    for (size_t i = 0; known_process(i, &process); i++)
        if (!is_shadowed(config, section, &process, &earlier))
            return NULL;
    for (struct word name = word_next(&rest); name.len > 0; name = word_next(&rest))
        if (!is_name_shadowed(config, section, name, &earlier))
            return NULL;
    return earlier;
}

bool is_known_name(struct word pattern)
{
    struct process process;

    for (size_t i = 0; known_process(i, &process); i++)
        if ((process.role[0] != '\0' && pattern_matches(pattern, process.role)) ||
            pattern_matches(pattern, process.program))
            return true;
    return pattern.len > 5 && strncmp(pattern.start, "fuse.", 5) == 0;
}
