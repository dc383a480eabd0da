/* The sockets that this library governs, and giving one its source. Knows no rules. Async-signal-safe. */
#ifndef SRCADDR_SOCKET_H
#define SRCADDR_SOCKET_H

#include <netinet/in.h>
#include <stdbool.h>

#include "rules.h"

struct socket_state {
    bool governed; /* AF_INET6 and SOCK_STREAM over TCP or MPTCP */
    bool idle;     /* neither connecting nor connected nor listening */
    bool v6only;   /* IPV6_V6ONLY */
    int protocol;  /* IPPROTO_TCP or IPPROTO_MPTCP */
    struct sockaddr_in6 local;
};

/*
 * Looks at fd. Returns 0, or an errno value if the kernel does not tell what must be known: EBADF and ENOTSOCK where fd
 * is no socket at all. Where governed is false the rest of *state means nothing.
 */
int socket_inspect(int fd, struct socket_state *state);

/* Whether the socket is bound to a port; and to an address, which neither [::] nor [::ffff:0.0.0.0] is. */
bool socket_has_port(const struct socket_state *state);
bool socket_has_address(const struct socket_state *state);

/*
 * The address to bind to for source (not SOURCE_NONE), port 0. Looks the host's addresses up for a prefix; fd is any
 * socket. Returns 0 or an errno value: EADDRNOTAVAIL if the host has no fitting address, ENODEV if it has no interface
 * of the scope's name.
 */
int socket_source(int fd, const struct source *source, struct sockaddr_in6 *local);

/*
 * The source that the kernel would choose towards peer, by connect(2) of a UDP socket, which sends nothing. 0 or an
 * errno value.
 */
int socket_kernel_source(const struct sockaddr_in6 *peer, struct sockaddr_in6 *local);

/* Binds the socket, which has neither port nor address, to local, its port left to connect(2). 0 or an errno value. */
int socket_bind(int fd, const struct sockaddr_in6 *local);

#endif
