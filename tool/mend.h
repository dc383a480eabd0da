/* glusterd-srcaddr repair --from ADDRESS --to ADDRESS: a peer's stored name is set right. */
#ifndef SRCADDR_MEND_H
#define SRCADDR_MEND_H

#include <stdbool.h>

#include "peers.h"
#include "spelling.h"

/* In the store of this host's glusterd. What goes wrong ends the command. Returns the exit status. */
int mend(const struct spelling *from, const struct spelling *to, bool dry_run);

/*
 * Whether the peer is in a state in which it must not be mended: where glusterd starts in it on both hosts and they can
 * reach each other, they end in "Sent and Received peer request" for ever (glusterd-sm.c). A restart of either while
 * only one can reach the other makes it "Peer in Cluster".
 */
bool is_half_accepted(const struct peer *peer);

#endif
