/* Peer networks as in srcaddr.conf(5), and suggestions for invalid ones. Async-signal-safe. */
#pragma once

#include <stdbool.h>

#include "base/address.h"
#include "base/text.h"
#include "rules/diagnostic.h"

/* Parses ADDRESS or ADDRESS/LENGTH, without host bits. Returns false after reporting an error in line. */
bool network_parse(const struct line *line, struct word word, struct network *network);

/* Parses a prefix length in decimal, 0 to 128. */
bool network_parse_length(struct word word, unsigned int *len);

/* True if network has host bits set. *masked is network without them. */
bool network_has_host_bits(const struct network *network, struct network *masked);

/* Finds the network meant by word, which has brackets, a scope or an IPv4 address. False if that is unclear. */
bool network_meant(struct word word, struct network *meant);
