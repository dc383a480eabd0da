/* glusterd-srcaddr repair --from ADDRESS --to ADDRESS: a peer's stored name is set right. */
#pragma once

#include <stdbool.h>

#include "host/peers.h"
#include "judge/hostname.h"

/* The text of the peer's file with the name in place of the other, to be given to free(3). */
char *renamed_text(const struct peer *peer, const struct hostname *from, const struct hostname *to, size_t *len);

/* In the store of this host's glusterd. What goes wrong ends the command. Returns the exit status. */
int rename_peer(const struct hostname *from, const struct hostname *to, bool dry_run);
