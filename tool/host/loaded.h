/* The library in another process: whether it is loaded, and what is in force. Read from /proc/PID/maps and mem. */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "live/ruleset.h"

enum library {
    LIBRARY_UNKNOWN, /* this user may not read /proc/PID/maps */
    LIBRARY_ABSENT,
    LIBRARY_LOADED,
    LIBRARY_REPLACED, /* loaded, but its file has been replaced or removed since */
};

enum in_force {
    IN_FORCE_UNKNOWN,  /* the library is not loaded, not readable, or of another version */
    IN_FORCE_NOT_READ, /* the process has not dialled yet */
    IN_FORCE_NOTHING,  /* no version of the configuration was without errors: no rules */
    IN_FORCE_REFUSAL,  /* the same in one of GlusterFS's own processes: refuses all peers */
    IN_FORCE_NO_RULES, /* it has no section */
    IN_FORCE_FILE,
    IN_FORCE_BUILT_IN,
};

struct loaded {
    enum library library;
    enum in_force in_force;
    time_t modified;      /* when that file was modified, with IN_FORCE_FILE */
    struct origin origin; /* of the latest version that the process has read, even one with an error */
    char file[PATH_MAX];  /* the configuration's path; empty with IN_FORCE_UNKNOWN and IN_FORCE_NOT_READ */
};

/* What can't be read is left UNKNOWN. */
void loaded_read(pid_t pid, struct loaded *loaded);
