/* The sources that this host should have: those of its configuration, and glusterd's own bind-address. */
#pragma once

#include <stddef.h>

#include "host/hostsource.h"
#include "live/load.h"

struct expected {
    struct source source;
    uint32_t line; /* of the first rule in the file that names it; 0 for the bind-address of the volume file */
    uint32_t column;
    struct host_source found;
};

struct expectations {
    const struct load *load; /* has configuration and bind-address; must outlive this */
    struct expected *all;    /* each source once, in the order of the file */
    size_t count;
};

void expect_sources(const struct load *load, struct expectations *expectations);
void expectations_free(struct expectations *expectations);

/*
 * Looks up every source, and again after each change of the host's addresses, until all can be used or seconds have
 * passed. Prints on standard error what it waits for.
 */
void expectations_wait(struct expectations *expectations, unsigned int seconds);

/* Reports each source that is not SOURCE_USABLE; if waited, says that waiting did not help. */
void report_expectations(const struct expectations *expectations, bool waited);
