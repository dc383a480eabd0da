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
 * Replaces fd's socket, which is governed, idle and bound, by a new one with the same descriptor number, owner, options
 * and flags: a bound socket can be neither bound again nor unbound. Returns 0, or an errno value: fd is then unchanged;
 * EBADF if another thread has closed it meanwhile. *step says what was tried. Leaves no other descriptor open, and none
 * that could be inherited through exec. Async-signal-safe.
 */
int socket_move(int fd, const struct move *move, const char **step);
