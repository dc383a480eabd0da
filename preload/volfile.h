#ifndef SRCADDR_VOLFILE_H
#define SRCADDR_VOLFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "config.h"
#include "rules.h"

#define VOLFILE_SIZE_MAX (1u << 20) /* bytes */

#define BIND_ADDRESS_OPTION "transport.socket.bind-address"

struct volfile_value {
    struct word word;
    unsigned int line;   /* where it stands, from 1 */
    unsigned int column; /* in bytes, from 1 */
};

/*
 * Finds an option in the text of a volume file (GlusterFS: libglusterfs/src/graph.l); the last one where it is set
 * several times. False if it is not set at all. Async-signal-safe.
 */
bool volfile_option(const char *text, size_t len, const char *key, struct volfile_value *value);

/*
 * Finds transport.socket.bind-address in the text of a volume file and makes *source, a bind-address, what it says: an
 * address; or none, where there is no such option, or it says :: or an IPv4 address. False where it says what can't be
 * a source; *mistake then tells. Async-signal-safe.
 */
bool volfile_bind_address(const char *text, size_t len, struct source *source, struct mistake *mistake);

#endif
