/* Source addresses, as rules name them. Async-signal-safe. */
#pragma once

#include <net/if.h>
#include <stdbool.h>
#include <string.h>

#include "base/address.h"

enum source_kind {
    SOURCE_NONE,    /* the kernel chooses */
    SOURCE_ADDRESS, /* network.address */
    SOURCE_PREFIX,  /* one of this host's addresses in network */
    SOURCE_UNKNOWN, /* can't be used: a bind-address that only glusterd knows, or any source of an unusable file */
};

struct source {
    enum source_kind kind;
    bool bind_address; /* written as bind-address; SOURCE_NONE until that is worked out */
    struct network network;
    char scope[IF_NAMESIZE]; /* the interface of a link-local source, else empty */
};

/* True if both are written the same way and mean the same. */
static inline bool source_same(const struct source *a, const struct source *b)
{
    return a->kind == b->kind && a->bind_address == b->bind_address && a->network.len == b->network.len &&
           IN6_ARE_ADDR_EQUAL(&a->network.address, &b->network.address) && strcmp(a->scope, b->scope) == 0;
}
