/* How peers are named: an IPv6 address, an IPv4 address, or a host name (RFC 1123, 2.1). */
#pragma once

#include <stdbool.h>

#include "base/text.h"

struct hostname {
    char data[256];
};

/* An IPv6 address as RFC 5952 writes it, the others as they are; false if word is none of them. */
bool hostname_parse(struct word word, struct hostname *hostname);

/* Whether word, without the blanks around it, names the same address or host. */
bool hostname_matches(struct word word, const struct hostname *hostname);
