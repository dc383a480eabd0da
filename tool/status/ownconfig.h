/* This host's configuration as glusterd-srcaddr check sees it, for the outputs that count check's warnings. */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <time.h>

struct own_configuration {
    char path[PATH_MAX];
    bool is_hidden;        /* this user may not read it: nothing below is known */
    bool is_there;         /* false: the built-in one is in force */
    time_t modified;       /* if is_there */
    bool has_error;        /* then it is not in force, and there are no warnings */
    unsigned int warnings; /* check's */
};

struct own_configuration own_configuration(void);
