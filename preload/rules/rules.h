/*
 * The rules of one section: which source a peer gets. Knows no file, no process and no socket; every function here is
 * async-signal-safe.
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "base/source.h"
#include "base/text.h"

/* Ordered by network, then by length, so that a rule stands after every rule whose network contains its own. */
struct rule {
    struct address_key network;
    uint32_t source; /* index into the section's sources */
    uint32_t line;   /* in the file, from 1 */
    uint32_t parent; /* index of the rule with the smallest network that contains this one, or NO_RULE */
    uint16_t column; /* of the network in its line, from 1; UINT16_MAX stands for all beyond */
    uint8_t len;     /* of the network, in bits */
};

#define NO_RULE UINT32_MAX

/* The rules of a section. */
struct rules {
    struct rule *all;
    struct address_key *tops; /* room for RULES_TOPS(count) networks, by which rules_find() finds its block */
    uint32_t count;
};

enum { RULES_BLOCK = 16 };
#define RULES_TOPS(count) ((count) / (RULES_BLOCK - 1))

/*
 * Orders the rules as they were read from a file and links them, and fills in the tops; scratch has room for as many
 * rules. NULL; or, if a network stands there twice, the later rule in the file, with the earlier right before it.
 */
const struct rule *rules_build(struct rules *rules, struct rule *scratch);

/*
 * The rule for peer, a struct in6_addr that need not be aligned: the one with the longest network that contains it. A
 * rule whose network is larger than the range of addresses that address_shortest_prefix() tells of does not reach into
 * that range. NULL if there is none.
 */
const struct rule *rules_find(const struct rules *rules, const void *peer);

struct network rule_network(const struct rule *rule);

bool rule_same_network(const struct rule *a, const struct rule *b);

/* As the file writes it: NETWORK = SOURCE. */
void text_rule(struct text *text, const struct rule *rule, const struct source *source);
