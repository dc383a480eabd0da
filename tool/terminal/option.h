/* Options of glusterd.vol that the command wants to know, and where they stand. */
#pragma once

#include <stdbool.h>

#include "terminal/report.h"

/* The value in the volume file; NULL if it has none or can't be read. To be given to free(3). */
char *volume_option(const char *volfile, const char *key);

/*
 * Where the bind-address stands in the volume file; false if it has none. place->text stays allocated: it is for the
 * command's messages.
 */
bool bind_address_place(const char *volfile, struct place *place);
