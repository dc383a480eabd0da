#ifndef SRCADDR_MOVE_H
#define SRCADDR_MOVE_H

#include <netinet/in.h>
#include <sys/types.h>

#include "socket.h"

/*
 * Puts a new socket bound to local in the place of fd's, which is governed, idle and in *state: the same descriptor
 * number, protocol, options and flags, with IPV6_V6ONLY as *state has it. With port 0 and the unspecified address in
 * local, the new one is not bound. If the program has bound the old one to an address that it had learned, its
 * port need not be free at another: the next lower one is taken that is, privileged or not as that. A bound socket
 * can't be bound again or unbound, which is why. Returns 0, and *inode is the new one's; or an errno value, and fd is
 * as it was. No other descriptor is left open, and none can be inherited through exec. Async-signal-safe.
 */
int socket_move(int fd, const struct socket_state *state, const struct sockaddr_in6 *local, bool is_learned,
                ino_t *inode);

#endif
