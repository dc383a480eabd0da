/* What a peer can get as its source. Async-signal-safe. */
#pragma once

#include <net/if.h>
#include <stdbool.h>

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
bool source_same(const struct source *a, const struct source *b);
