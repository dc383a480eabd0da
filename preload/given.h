/*
 * Which source this library has given to which peer's connections: GlusterFS binds a socket that it dials again to the
 * address that the one before had, which it has learned by getsockname(2) (socket_connect() and client_bind() in
 * rpc/rpc-transport/socket). That is not the program's choice. Thread-safe and async-signal-safe.
 */
#ifndef SRCADDR_GIVEN_H
#define SRCADDR_GIVEN_H

#include <netinet/in.h>
#include <stdbool.h>

/* Notes it. Of more than some thousand pairs of a peer and a source the older ones are forgotten. */
void given_note(const struct in6_addr *peer, const struct in6_addr *source);

bool given_before(const struct in6_addr *peer, const struct in6_addr *source);

#endif
