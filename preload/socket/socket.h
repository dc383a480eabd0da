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
 * Reads the state of fd. Returns 0, or an errno value if the kernel does not tell it: EBADF or ENOTSOCK if fd is not a
 * socket. If governed is false, the rest of *state is undefined.
 */
int socket_inspect(int fd, struct socket_state *state);

/* The state of a TCP or MPTCP socket: TCP_ESTABLISHED and so on. 0 or an errno value, also of another socket. */
int socket_tcp_state(int fd, unsigned char *state);

/* Whether the socket has an address, which neither [::] nor [::ffff:0.0.0.0] is. */
bool socket_has_address(const struct socket_state *state);

/*
 * Works out which address to bind fd to for source (not SOURCE_NONE), with port 0. For a prefix it looks up the host's
 * addresses. Returns 0 or an errno value: EADDRNOTAVAIL if none of them fits, ENODEV if no interface has the scope's
 * name.
 */
int socket_source(int fd, const struct source *source, struct sockaddr_in6 *local);

/*
 * Binds the socket, which has no port yet, to local; connect(2) chooses the port. Sets IPV6_V6ONLY to v6only. The
 * socket can be bound again afterwards, also after a failed connect. Returns 0 or an errno value.
 */
int socket_bind(int fd, const struct sockaddr_in6 *local, bool v6only);
