/* Where this host's glusterd listens: the address that peers know it by. Thread-safe and async-signal-safe. */
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
    LISTENER_SEVERAL, /* several glusterds listen, on different addresses */
};

struct listener {
    enum listener_kind kind;
    struct in6_addr address; /* with LISTENER_ADDRESS, else all zeros */
};

/* Where a process learns the address. */
enum listener_place {
    LISTENER_TOLD, /* nowhere: glusterd passed it as an argument, or no rule needs it */
    LISTENER_OWN,  /* in itself, because it is glusterd */
    LISTENER_HOST, /* in its network namespace */
};

enum listener_place listener_place(const struct process *process);

/* Records where a socket has started to listen: a struct sockaddr_in if its family is AF_INET. First call wins. */
void listener_note(const struct sockaddr_in6 *local);

/*
 * Looks in place for a glusterd that listens on port, in host byte order. If there is none, or looking is not
 * permitted, *listener keeps what was known last. Returns 0, or ENOMEM, EMFILE or ENFILE: try again later.
 */
int listener_look(enum listener_place place, in_port_t port, struct listener *listener);

bool listener_same(const struct listener *a, const struct listener *b);

/* A listening socket, as the kernel lists it: proc(5), /proc/PID/net/tcp6. */
struct listening {
    struct in6_addr address; /* IPv4 as IPv4-mapped */
    in_port_t port;          /* host byte order */
    uid_t user;              /* its owner */
    uint64_t inode;
};

/* Searches directory for listening sockets that is_glusterds() accepts. Returns 0, or an errno value if unreadable. */
int listener_find(const char *directory, bool (*is_glusterds)(const struct listening *listening, const void *context),
                  const void *context, struct listener *found);
