/* Where this host's glusterd listens, by which its peers know the host. Thread-safe and async-signal-safe. */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "live/process.h"

enum listener_kind {
    LISTENER_NONE,    /* glusterd does not listen */
    LISTENER_ANY,     /* on [::], or on an IPv4 address */
    LISTENER_ADDRESS, /* on an IPv6 address */
    LISTENER_SEVERAL, /* several glusterds do, on different addresses */
};

struct listener {
    enum listener_kind kind;
    struct in6_addr address; /* with LISTENER_ADDRESS, else all zeros */
};

/* Where a process learns of it. */
enum listener_place {
    LISTENER_TOLD, /* nowhere: glusterd has written the address into its arguments, or no rule wants to know */
    LISTENER_OWN,  /* in itself: it is glusterd */
    LISTENER_HOST, /* in its network namespace */
};

enum listener_place listener_place(const struct process *process);

/* Of a socket that has started to listen, a struct sockaddr_in if its family says so. Only the first one counts. */
void listener_note(const struct sockaddr_in6 *local);

/*
 * Looks there for a glusterd that listens on port, in host byte order. If none does, or looking is not permitted,
 * *listener keeps what was known last. Returns 0; or ENOMEM, EMFILE or ENFILE: try again later.
 */
int listener_look(enum listener_place place, in_port_t port, struct listener *listener);

bool listener_same(const struct listener *a, const struct listener *b);

/* A listening socket, as the kernel lists it: proc(5), /proc/PID/net/tcp6. */
struct listening {
    struct in6_addr address; /* an IPv4 one IPv4-mapped */
    in_port_t port;          /* host byte order */
    uid_t user;              /* its owner */
    uint64_t inode;
};

/* Finds the listening sockets in directory that is_glusterds() picks. 0, or why they can't be read, an errno value. */
int listener_find(const char *directory, bool (*is_glusterds)(const struct listening *listening, const void *context),
                  const void *context, struct listener *found);
