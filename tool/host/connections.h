/* IPv6 TCP connections in a process's network namespace: proc(5), /proc/PID/net/tcp6. */
#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct connection {
    struct in6_addr source;
    struct in6_addr peer;
    in_port_t source_port; /* host byte order, as port */
    in_port_t port;        /* the peer's */
    unsigned int state;    /* TCP_ESTABLISHED, or TCP_SYN_SENT: connecting */
    uint64_t inode;
};

/*
 * The connections that the process has dialled, established or connecting; free them with free(3). One whose local port
 * is listened on there was accepted, and is left out. NULL with errno set if this user may not read them.
 */
struct connection *connections_dialled(pid_t pid, size_t *count);

/* Those established to a port that is listened on in this network namespace; free(3) and NULL as above. */
struct connection *connections_accepted(in_port_t port, size_t *count);

/* The inode numbers of the sockets that the process has open, sorted; free(3) and NULL as above. */
uint64_t *connections_inodes(pid_t pid, size_t *count);

/* Drops the cached network namespaces, so that the next call reads them again. */
void connections_forget(void);
