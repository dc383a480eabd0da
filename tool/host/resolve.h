#pragma once

#include <netinet/in.h>
#include <stddef.h>

/*
 * The IPv6 addresses of a host name or address, with scope; NULL if there are none. Free with free(3). Once names that
 * do not resolve have taken ten seconds in all, only addresses are resolved: an operator waits for a list, not for DNS.
 */
struct sockaddr_in6 *resolve(const char *name, size_t *count);

/* The same plus its IPv4 addresses, IPv4-mapped. */
struct sockaddr_in6 *resolve_any(const char *name, size_t *count);

/* Why the last of these calls returned NULL. */
const char *resolve_error(void);
