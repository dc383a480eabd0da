/* glusterd-srcaddr repair --from ADDRESS --to ADDRESS: changes the name that a peer is stored under. */
#pragma once

#include <stdbool.h>

#include "host/peers.h"
#include "judge/hostname.h"

/* The text of the peer's file with the name to instead of from. Free with free(3). */
char *renamed_text(const struct peer *peer, const struct hostname *from, const struct hostname *to, size_t *len);

/* In the store of this host's glusterd. An error ends the command. Returns the exit status. */
int rename_peer(const struct hostname *from, const struct hostname *to, bool dry_run);
