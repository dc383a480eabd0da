#pragma once

#include <netinet/in.h>
#include <stdbool.h>

/* Whether this host has the address, in any state. An IPv4 address is IPv4-mapped. */
bool is_own_address(const struct in6_addr *address);
