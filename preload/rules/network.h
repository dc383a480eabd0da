/* Peer networks as srcaddr.conf(5) writes them, and what must be meant by what is none. Async-signal-safe. */
#pragma once

#include <stdbool.h>

#include "base/address.h"
#include "base/text.h"
#include "rules/diagnostic.h"

/* Parses ADDRESS or ADDRESS/LENGTH, with no bit set beyond the length. False after an error, in line. */
bool network_parse(const struct line *line, struct word word, struct network *network);

/* Prefix length in decimal, 0 to 128. */
bool network_parse_length(struct word word, unsigned int *len);

/* Whether network has bits beyond its length. *masked is network without them. */
bool network_has_host_bits(const struct network *network, struct network *masked);

/* What must be meant by word, which has brackets, a scope or an IPv4 address. False if there is no telling. */
bool network_meant(struct word word, struct network *meant);
