/* The sockets that this library governs, and giving one its source. Knows no rules. Async-signal-safe. */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>

#include "rules/rules.h"

struct socket_state {
    bool governed; /* AF_INET6 and SOCK_STREAM over TCP or MPTCP */
    bool idle;     /* neither listening nor connecting nor connected, or connected once and not disconnected since */
    bool v6only;   /* IPV6_V6ONLY; this and the next of an idle one */
    bool is_bound; /* to a port: it can't be bound again. getsockname(2) also tells a port that is gone */
    int protocol;  /* IPPROTO_TCP or IPPROTO_MPTCP */
    struct sockaddr_in6 local;
};

/*
 * Looks at fd. Returns 0, or an errno value if the kernel does not tell what must be known: EBADF and ENOTSOCK where fd
 * is no socket at all. Where governed is false the rest of *state means nothing.
 */
int socket_inspect(int fd, struct socket_state *state);

/* The state of a TCP or MPTCP socket: TCP_ESTABLISHED and so on. 0 or an errno value, also of another socket. */
int socket_tcp_state(int fd, unsigned char *state);

/* Whether the socket has an address, which neither [::] nor [::ffff:0.0.0.0] is. */
bool socket_has_address(const struct socket_state *state);

/*
 * The address to bind to for source (not SOURCE_NONE), port 0. Looks the host's addresses up for a prefix; fd is any
 * socket. Returns 0 or an errno value: EADDRNOTAVAIL if the host has no fitting address, ENODEV if it has no interface
 * of the scope's name.
 */
int socket_source(int fd, const struct source *source, struct sockaddr_in6 *local);

/*
 * Binds the socket, which is not bound to a port, to local, its port left to connect(2) and IPV6_V6ONLY as v6only says.
 * It can be bound so again, also after a connect that failed. 0 or an errno value.
 */
int socket_bind(int fd, const struct sockaddr_in6 *local, bool v6only);
