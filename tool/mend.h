/* glusterd-srcaddr repair --from ADDRESS --to ADDRESS: a peer's stored name is set right. */
#ifndef SRCADDR_MEND_H
#define SRCADDR_MEND_H

#include <stdbool.h>

#include "spelling.h"

/* In the store of this host's glusterd. What goes wrong ends the command. Returns the exit status. */
int mend(const struct spelling *from, const struct spelling *to, bool dry_run);

#endif
