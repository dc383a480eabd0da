/* Finds what is legal in a configuration but can't be intended. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "rules/config.h"
#include "rules/rules.h"

/*
 * Sets never[i] for each of the count rules, ordered as for rules_find(), that applies to no peer: rules with longer
 * networks and the ranges of address_shortest_prefix() cover all of its network, or it is for multicast, to which TCP
 * can't connect.
 */
void lint_rules(const struct rule *rules, uint32_t count, bool *never);

/*
 * Whether the rule is for a single address that belongs to no host in most networks: ::, ::ffff:0.0.0.0, or the first
 * of a network (RFC 4291, 2.6.1). *meant is what it was probably to cover: all peers, all IPv4 peers, or a /64.
 */
bool lint_peer(const struct rule *rule, struct network *meant);

/*
 * The last section that keeps section index from ever applying: sections before it match every process of GlusterFS,
 * and every program named without wildcards, that it matches. NULL if it can apply, or matches none to begin with.
 */
const struct section *lint_section(const struct config *config, uint32_t index);

/* Whether the pattern matches the name of a process of GlusterFS. */
bool is_known_name(struct word pattern);
