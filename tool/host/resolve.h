#pragma once

#include <netinet/in.h>
#include <stddef.h>

/*
 * The IPv6 addresses of a host name or address, scope included; NULL if there are none. *count tells how many. To be
 * given to free(3). Once names that could not be resolved have taken ten seconds, only addresses are: an operator
 * waits for a list, not for DNS.
 */
struct sockaddr_in6 *resolve(const char *name, size_t *count);

/* The same, and its IPv4 addresses, as IPv4-mapped ones. */
struct sockaddr_in6 *resolve_any(const char *name, size_t *count);

/* Why the last of them returned NULL. */
const char *resolve_error(void);
