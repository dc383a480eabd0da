/* The name of a peer: an IPv6 address, an IPv4 address, or a host name (RFC 1123, 2.1). */
#pragma once

#include <stdbool.h>

#include "base/text.h"

struct hostname {
    char data[256];
};

/* Writes an IPv6 address as in RFC 5952, the others unchanged. False if word is none of them. */
bool hostname_parse(struct word word, struct hostname *hostname);

/* Whether word, ignoring blanks around it, is the same address or host name. */
bool hostname_matches(struct word word, const struct hostname *hostname);
