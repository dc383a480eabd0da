/* This host's own addresses, as the kernel lists them for this network namespace. Async-signal-safe. */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"

struct host_address {
    struct in6_addr address; /* an IPv4 address as IPv4-mapped */
    uint32_t flags;          /* IFA_F_*, rtnetlink(7) */
    unsigned int interface;  /* index */
};

/*
 * True if candidate can be a source in network: neither tentative nor temporary (RFC 8981), and not in a special range
 * that is smaller than network (address_shortest_prefix()).
 */
bool host_address_fits(const struct host_address *candidate, const struct network *network);

/* True if a is a better source than b: not deprecated (RFC 4862, 5.5.4), then the lower one. */
bool host_address_better(const struct host_address *a, const struct host_address *b);

/*
 * Finds the host's best address in network, on the interface of that index or, if it is 0, on any. Searches this
 * thread's network namespace, which must also be that of the socket beside, unless beside is -1. Returns 0 or an errno
 * value: EADDRNOTAVAIL if there is no such address or the namespaces differ, EAGAIN if the addresses change faster than
 * the kernel lists them, or that of the call that failed.
 */
int host_address_find(const struct network *network, unsigned int interface, int beside, struct host_address *found);
