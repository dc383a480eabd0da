/* TCP connections over IPv6, in the network namespace of a process: proc(5), /proc/PID/net/tcp6. */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct connection {
    struct in6_addr source;
    struct in6_addr peer;
    in_port_t port;   /* the peer's, host byte order */
    bool established; /* else connecting */
};

/*
 * Those of the process that are established or connecting, to be given to free(3). One that it accepted is left out:
 * its own port is one that is listened on there. NULL with errno set if this user may not look.
 */
struct connection *connections_dialled(pid_t pid, size_t *count);

/* Those established to a port that is listened on in this network namespace, to be given to free(3); NULL as above. */
struct connection *connections_accepted(in_port_t port, size_t *count);

/* The inodes of the sockets that the process has open, in order, to be given to free(3). NULL as above. */
uint64_t *connections_inodes(pid_t pid, size_t *count);

/* What is remembered of network namespaces, so that the next call looks anew. */
void connections_forget(void);
