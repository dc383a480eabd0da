#pragma once

#include <netinet/in.h>
#include <stdbool.h>

/* What the new socket is to be. */
struct move {
    int protocol;              /* the old one's */
    struct sockaddr_in6 local; /* what it is bound to, with the old one's port */
    bool v6only;               /* IPV6_V6ONLY, where the address leaves the choice */
    bool dialled;              /* the old one has been in a connect that failed, from an address that we had given it */
    bool is_apart;             /* the old one has another address of the host */
    bool may_descend; /* if the port is not free there, to the next lower one that is, privileged or not as that */
};

/*
 * Puts a new socket in the place of fd's, which is governed, idle and bound: the same descriptor number, owner, options
 * and flags. A bound socket can't be bound again or unbound, which is why. Returns 0, or an errno value, and fd is as
 * it was; EBADF if another thread has closed it meanwhile. *step is what was tried. No other descriptor is left open,
 * and none can be inherited through exec. Async-signal-safe.
 */
int socket_move(int fd, const struct move *move, const char **step);
