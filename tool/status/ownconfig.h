/* This host's own configuration as glusterd-srcaddr check finds it, for those who count what that prints. */
#pragma once

#include <stdbool.h>
#include <time.h>

struct own_configuration {
    char *path;
    bool is_hidden;        /* from this user: nothing below is known then */
    bool is_there;         /* else the built-in one is in force */
    time_t modified;       /* if it is there */
    bool has_error;        /* then there are no warnings: it is not in force at all */
    unsigned int warnings; /* of check */
};

void own_configuration_check(struct own_configuration *configuration);
void own_configuration_free(struct own_configuration *configuration);
