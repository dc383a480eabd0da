/* What check finds in a configuration and, for it, on this host. Findings go to report(). */
#pragma once

#include "host/glusterd.h"
#include "judge/expected.h"
#include "live/load.h"

struct inspection {
    const char *file;  /* from the command line; NULL: the one in force */
    unsigned int wait; /* seconds, for sources that can't be used yet */
    struct glusterd glusterd;
    struct load load;
    struct expectations sources; /* none after an error */
    char *working_directory;     /* glusterd's */
    int peers_error;             /* from peers_read(); if not 0, not all peers were checked */
};

/* The caller sets file and wait, and zeroes the rest. Stops at an error: then the configuration is not in force. */
void inspect(struct inspection *inspection);
void inspection_free(struct inspection *inspection);
