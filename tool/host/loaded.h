/* The library in another process: whether it is there, and what is in force. Read from /proc/PID/maps and mem. */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "live/ruleset.h"

enum library {
    LIBRARY_UNKNOWN, /* this user may not look */
    LIBRARY_ABSENT,
    LIBRARY_LOADED,
    LIBRARY_REPLACED, /* loaded, but its file has been replaced or removed since */
};

enum in_force {
    IN_FORCE_UNKNOWN,  /* the library is not there, can't be looked into, or is of another version */
    IN_FORCE_NOT_READ, /* the process has not dialled yet */
    IN_FORCE_NOTHING,  /* there has been no configuration without an error: no rules */
    IN_FORCE_REFUSAL,  /* the same in one of GlusterFS's own processes: it refuses all peers */
    IN_FORCE_NO_RULES, /* it has no section */
    IN_FORCE_FILE,
    IN_FORCE_BUILT_IN,
};

struct loaded {
    enum library library;
    enum in_force in_force;
    time_t modified;      /* when that file had been, with IN_FORCE_FILE */
    struct origin origin; /* the latest version that the process has read, also if it has an error */
    char file[PATH_MAX];  /* of the configuration, with all but the first two of in_force, else empty */
};

/* Of the process; whatever can't be known is unknown. */
void loaded_read(pid_t pid, struct loaded *loaded);
