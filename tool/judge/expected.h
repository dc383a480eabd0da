/* The sources that this host should have: those of its configuration, and glusterd's own bind-address. */
#pragma once

#include <stddef.h>

#include "host/hostsource.h"
#include "live/load.h"

struct expected {
    struct source source;
    const struct rule *rule; /* the first in the file that names it; NULL for the bind-address of the volume file */
    struct host_source found;
};

struct expectations {
    const struct load *load; /* with configuration and bind-address, as long as this is used */
    struct expected *all;    /* each source once, in the order of the file */
    size_t count;
};

void expect_sources(const struct load *load, struct expectations *expectations);
void expectations_free(struct expectations *expectations);

/*
 * Looks every source up, and until all can be used, for seconds at the most, again whenever the host's addresses
 * change. Says on standard error what is waited for.
 */
void expectations_wait(struct expectations *expectations, unsigned int seconds);

/* Reports each source that is not as it should be. waited tells that more time has not helped. */
void report_expectations(const struct expectations *expectations, bool waited);
