/* The rules of a section: which source a peer gets. Knows no file, process or socket. Async-signal-safe. */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "base/source.h"
#include "base/text.h"

/* Sorted by network, then by length, so that a rule comes after every rule whose network contains its own. */
struct rule {
    struct address_key network;
    uint32_t source; /* index into the section's sources */
    uint32_t line;   /* in the file, from 1 */
    uint32_t parent; /* index of the rule with the smallest network that contains this one, or NO_RULE */
    uint16_t column; /* of the network in its line, from 1; UINT16_MAX: that or more */
    uint8_t len;     /* of the network, in bits */
};

#define NO_RULE UINT32_MAX

struct rules {
    struct rule *all;
    struct address_key *tops; /* RULES_TOPS(count) networks, the index of rules_find() */
    uint32_t count;
};

enum { RULES_BLOCK = 16 };
#define RULES_TOPS(count) ((count) / (RULES_BLOCK - 1))

/*
 * Sorts the rules, which are in the order of the file, links them to their parents and fills in the tops. scratch has
 * room for as many rules. Returns NULL or, if a network occurs twice, its later rule, with the earlier right before it.
 */
const struct rule *rules_build(struct rules *rules, struct rule *scratch);

/*
 * Returns the rule for peer, a struct in6_addr that need not be aligned: the one with the longest prefix that contains
 * it. Returns NULL if there is none, or if that prefix is shorter than address_shortest_prefix().
 */
const struct rule *rules_find(const struct rules *rules, const void *peer);

struct network rule_network(const struct rule *rule);

bool rule_same_network(const struct rule *a, const struct rule *b);

/* Appends the rule as in the file: NETWORK = SOURCE. */
void text_rule(struct text *text, const struct rule *rule, const struct source *source);
