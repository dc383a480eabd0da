#ifndef SRCADDR_VOLFILE_H
#define SRCADDR_VOLFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "config.h"
#include "rules.h"

#define VOLFILE_SIZE_MAX (1u << 20) /* bytes */

/*
 * Finds transport.socket.bind-address in the text of a volume file (GlusterFS: libglusterfs/src/graph.l) and makes
 * *source, a bind-address, what it says: an address; or none, where there is no such option, or it says :: or an IPv4
 * address. False where it says what can't be a source; *mistake then tells. Async-signal-safe.
 */
bool volfile_bind_address(const char *text, size_t len, struct source *source, struct mistake *mistake);

#endif
