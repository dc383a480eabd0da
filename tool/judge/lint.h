/* What is legal in a configuration but can't be meant. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "rules/config.h"
#include "rules/rules.h"

/*
 * Sets never[i] for each of the count rules, as rules_find() wants them, that applies to no peer: other rules with
 * longer networks, and the ranges of address_shortest_prefix(), leave it none; or it is for multicast, where TCP
 * connects to nobody.
 */
void lint_rules(const struct rule *rules, uint32_t count, bool *never);

/*
 * Whether the rule is for one address that is nobody's in most networks: that of all peers, ::, of all IPv4 peers, or
 * of all of a network (RFC 4291, 2.6.1). *meant is the network; of the last kind with the length that most have.
 */
bool lint_peer(const struct rule *rule, struct network *meant);

/*
 * The section before index that has every process of GlusterFS, and every program named without a pattern, that section
 * index has, so that it is never anyone's; NULL if there is none, or it has none to begin with. Where there are
 * several, the last one.
 */
const struct section *lint_section(const struct config *config, uint32_t index);

/* Whether a process of GlusterFS can be called what the pattern matches. */
bool is_known_name(struct word pattern);
