/* Sources as this host has them at the moment, in the network namespace of this process. */
#pragma once

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>

#include "rules/rules.h"

/* The better one first. */
enum source_state {
    SOURCE_USABLE,
    SOURCE_DEPRECATED, /* RFC 4862, 5.5.4; usable as well */
    SOURCE_TENTATIVE,  /* duplicate address detection is not over: RFC 4862, 5.4 */
    SOURCE_DUPLICATE,  /* it has failed */
    SOURCE_ABSENT,
};

struct host_source {
    enum source_state state;
    struct in6_addr address;     /* unspecified if the source is a prefix that the host has no address in */
    char interface[IF_NAMESIZE]; /* empty if it is on none */
};

/* The address or prefix of a source, that of bind-address included, as the configuration writes it. */
struct source_name {
    char data[INET6_ADDRSTRLEN + IF_NAMESIZE + 8];
};
struct source_name source_name(const struct source *source);

/* What source, which is not SOURCE_NONE, is now. */
struct host_source host_source(const struct source *source);

bool source_can_be_used(enum source_state state);
const char *source_state_in_words(enum source_state state);
const char *source_state_name(enum source_state state); /* for programs */

/* What the kernel chooses towards peer by itself; false if it has no way there. */
bool kernel_source(const struct sockaddr_in6 *peer, struct host_source *found);
