/* The state of sources on this host at the moment, in this process's network namespace. */
#pragma once

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>

#include "rules/rules.h"

/* Best first. */
enum source_state {
    SOURCE_USABLE,
    SOURCE_DEPRECATED, /* RFC 4862, 5.5.4; still usable */
    SOURCE_TENTATIVE,  /* duplicate address detection is running: RFC 4862, 5.4 */
    SOURCE_DUPLICATE,  /* duplicate address detection has failed */
    SOURCE_ABSENT,
};

struct host_source {
    enum source_state state;
    struct in6_addr address;     /* unspecified if the source is a prefix in which the host has no address */
    char interface[IF_NAMESIZE]; /* empty if it is on none */
};

/* A source's address or prefix as the configuration writes it; of bind-address, the address itself. */
struct source_name {
    char data[INET6_ADDRSTRLEN + IF_NAMESIZE + 8];
};
struct source_name source_name(const struct source *source);

/* The state of source now. It must not be SOURCE_NONE. */
struct host_source host_source(const struct source *source);

bool source_can_be_used(enum source_state state);
const char *source_state_in_words(enum source_state state);
const char *source_state_name(enum source_state state); /* for JSON */

/* Whether this host has the address, in any state. An IPv4 address is IPv4-mapped. */
bool is_own_address(const struct in6_addr *address);

/* The source that the kernel itself would choose for peer; its address is unspecified if there is no route. */
struct host_source kernel_source(const struct sockaddr_in6 *peer);
