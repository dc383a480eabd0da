#pragma once

#include <netinet/in.h>
#include <stdbool.h>

/* Describes the new socket. */
struct move {
    int protocol;              /* the old one's */
    struct sockaddr_in6 local; /* what to bind it to, with the old one's port */
    bool v6only;               /* IPV6_V6ONLY, if the address does not decide it */
    bool dialled;              /* the old one failed to connect from an address that we had bound */
    bool has_other_address;    /* the old one has another address of the host */
    bool may_descend;          /* if the port is taken, use the next lower free one, privileged or not like that */
};

/*
 * Replaces fd's socket, which is governed, idle and bound, by a new one with the same descriptor number, owner, options
 * and flags: a bound socket can be neither bound again nor unbound. Returns 0, or an errno value with fd unchanged;
 * EBADF if another thread has closed it meanwhile. *step says what was tried. Leaves no other descriptor open, and none
 * that exec(3) could pass on. Async-signal-safe.
 */
int socket_move(int fd, const struct move *move, const char **step);
