/* What check finds in a configuration, and on this host for it. Findings go to report(). */
#pragma once

#include "host/glusterd.h"
#include "judge/expected.h"
#include "live/load.h"

struct inspection {
    const char *file;  /* of the command line, NULL for the one in force */
    unsigned int wait; /* seconds, for sources that can't be used yet */
    struct glusterd glusterd;
    struct load load;
    struct expectations sources;
    char *working_directory; /* glusterd's */
    int peers_error;         /* of its store, peers_read(): then not all of it was looked at */
};

/* To begin with all zeros but for the first two. A configuration with an error is not in force at all, so nothing more
 * is said of it, and there are no sources. */
void inspect(struct inspection *inspection);
void inspection_free(struct inspection *inspection);
