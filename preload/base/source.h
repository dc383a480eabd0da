/* What a peer can get as its source. Async-signal-safe. */
#pragma once

#include <net/if.h>
#include <stdbool.h>
#include <string.h>

#include "base/address.h"

enum source_kind {
    SOURCE_NONE,    /* left to the kernel */
    SOURCE_ADDRESS, /* network.address */
    SOURCE_PREFIX,  /* this host's own address inside network */
    SOURCE_UNKNOWN, /* the bind-address, where only glusterd can tell it, or all of an unusable file: can't be used */
};

struct source {
    enum source_kind kind;
    bool bind_address; /* written as bind-address: SOURCE_NONE until that has been worked out */
    struct network network;
    char scope[IF_NAMESIZE]; /* the interface of a link-local source, else empty */
};

/* Whether both are written the same way and mean the same. */
static inline bool source_same(const struct source *a, const struct source *b)
{
    return a->kind == b->kind && a->bind_address == b->bind_address && a->network.len == b->network.len &&
           IN6_ARE_ADDR_EQUAL(&a->network.address, &b->network.address) && strcmp(a->scope, b->scope) == 0;
}
