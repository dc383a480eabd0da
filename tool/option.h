/* Options of glusterd.vol that the command wants to know, and where they stand. */
#ifndef SRCADDR_OPTION_H
#define SRCADDR_OPTION_H

#include <stdbool.h>

#include "report.h"

/* The value in the volume file, or otherwise if it has none or can't be read. To be given to free(3). */
char *volume_option(const char *volfile, const char *key, const char *otherwise);

/* Where the value stands; false if there is none. place->text stays allocated: it is for the command's messages. */
bool volume_option_place(const char *volfile, const char *key, struct place *place);

#endif
