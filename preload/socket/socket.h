/* The sockets that this library governs, and binding one to its source. Knows no rules. Async-signal-safe. */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>

#include "rules/rules.h"

struct socket_state {
    bool governed; /* AF_INET6 and SOCK_STREAM over TCP or MPTCP */
    bool idle;     /* not listening, connecting or connected, and nothing is left of an earlier connection */
    bool v6only;   /* IPV6_V6ONLY; this and the next are set if idle */
    bool is_bound; /* to a port: can't be bound again. getsockname(2) also returns a port that is gone */
    int protocol;  /* IPPROTO_TCP or IPPROTO_MPTCP */
    struct sockaddr_in6 local;
};

/*
 * Reads the state of fd. Returns 0, or an errno value if that fails: EBADF or ENOTSOCK if fd is not a socket. If
 * governed is false, the rest of *state is undefined.
 */
int socket_inspect(int fd, struct socket_state *state);

/* Reads the state of a TCP or MPTCP socket, such as TCP_ESTABLISHED. Returns 0, or an errno value for others too. */
int socket_tcp_state(int fd, unsigned char *state);

/* True if the socket has an address other than the wildcards [::] and [::ffff:0.0.0.0]. */
bool socket_has_address(const struct socket_state *state);

/*
 * Finds the address to bind fd to for source (not SOURCE_NONE), with port 0. For a prefix searches the host's
 * addresses. Returns 0 or an errno value: EADDRNOTAVAIL if none fits, ENODEV if no interface has the scope's name.
 */
int socket_source(int fd, const struct source *source, struct sockaddr_in6 *local);

/*
 * Binds the socket, which has no port yet, to local; connect(2) chooses the port. Sets IPV6_V6ONLY to v6only. The
 * socket can be bound again afterwards, even after a failed connect. Returns 0 or an errno value.
 */
int socket_bind(int fd, const struct sockaddr_in6 *local, bool v6only);
