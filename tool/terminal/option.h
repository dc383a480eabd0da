/* Options in glusterd.vol, and where they are set. */
#pragma once

#include "terminal/report.h"

/* An option's value in the volume file; NULL if it is not set or the file can't be read. Free with free(3). */
char *volume_option(const char *volfile, const char *key);

/* Where the volume file sets bind-address; only the file if it does not. The text is never freed: messages use it. */
struct place bind_address_place(const char *volfile);
