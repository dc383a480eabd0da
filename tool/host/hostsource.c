#include "host/hostsource.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/if_addr.h>

#include "base/address.h"
#include "rules/volfile.h"
#include "socket/hostaddr.h"
#include "socket/socket.h"

bool source_can_be_used(enum source_state state)
{
    return state <= SOURCE_DEPRECATED;
}

const char *source_state_in_words(enum source_state state)
{
    static const char *const words[] = {
        [SOURCE_USABLE] = "usable",       [SOURCE_DEPRECATED] = "deprecated",   [SOURCE_TENTATIVE] = "tentative",
        [SOURCE_DUPLICATE] = "duplicate", [SOURCE_ABSENT] = "not on this host",
    };

    return words[state];
}

const char *source_state_name(enum source_state state)
{
    return state == SOURCE_ABSENT ? "absent" : source_state_in_words(state);
}

struct source_name source_name(const struct source *source)
{
    struct source_name name = {""};
    struct text text = TEXT_IN(name.data);
    struct source itself = *source;

    itself.bind_address = false;
    text_format(&text, "%S", &itself);
    return name;
}

/* As in the kernel's ipv6_chk_addr_and_flags(): an optimistic address (RFC 4429) can be bound while it is tentative. */
static enum source_state state_of(unsigned int flags)
{
    if ((flags & IFA_F_DADFAILED) != 0)
        return SOURCE_DUPLICATE;
    if ((flags & IFA_F_TENTATIVE) != 0 && (flags & IFA_F_OPTIMISTIC) == 0)
        return SOURCE_TENTATIVE;
    return (flags & IFA_F_DEPRECATED) != 0 ? SOURCE_DEPRECATED : SOURCE_USABLE;
}

/* A line of /proc/net/if_inet6 (proc(5)): address, interface number, prefix length, scope, flags, interface name. */
static bool parse_line(const char *line, struct in6_addr *address, unsigned int *flags, char *interface)
{
    char hex[33];

    if (sscanf(line, "%32s %*x %*x %*x %x %15s", hex, flags, interface) != 3)
        return false;
    for (size_t i = 0; i < sizeof(address->s6_addr); i++)
        if (sscanf(hex + 2 * i, "%2hhx", &address->s6_addr[i]) != 1)
            return false;
    return true;
}

/* Finds the best address in network, on interface, "" for any. The caller sets found->state to SOURCE_ABSENT. */
static void find_address(const struct network *network, const char *interface, struct host_source *found)
{
    FILE *list = fopen("/proc/self/net/if_inet6", "re");
    char line[128];

    while (list != NULL && fgets(line, sizeof(line), list) != NULL) {
        struct host_source candidate = {.state = SOURCE_ABSENT};
        unsigned int flags;

        if (!parse_line(line, &candidate.address, &flags, candidate.interface) ||
            (interface[0] != '\0' && strcmp(interface, candidate.interface) != 0) ||
            !address_same_prefix(&candidate.address, &network->address, network->len) ||
            network->len < address_shortest_prefix(&candidate.address) ||
            (network->len < 128 && (flags & IFA_F_TEMPORARY) != 0))
            continue;
        candidate.state = state_of(flags);
        if (candidate.state < found->state)
            *found = candidate;
    }
    if (list != NULL)
        (void)fclose(list);
}

/* IPv4 addresses have no state. */
static void find_ipv4_address(const struct network *network, struct host_source *found)
{
    struct host_address ipv4;

    if (host_address_find(network, 0, -1, &ipv4) != 0)
        return;
    found->state = SOURCE_USABLE;
    found->address = ipv4.address;
    if (if_indextoname(ipv4.interface, found->interface) == NULL)
        found->interface[0] = '\0';
}

struct host_source host_source(const struct source *source)
{
    struct network network = source->network;
    struct host_source found = {.state = SOURCE_ABSENT};
    struct host_address chosen;

    if (IN6_IS_ADDR_V4MAPPED(&network.address) && network.len >= 96) {
        find_ipv4_address(&network, &found);
    } else {
        if (source->kind == SOURCE_PREFIX &&
            host_address_find(&network, if_nametoindex(source->scope), -1, &chosen) == 0)
            network = (struct network){.address = chosen.address, .len = 128};
        find_address(&network, source->scope, &found);
    }
    if (source->kind == SOURCE_ADDRESS)
        found.address = source->network.address;
    return found;
}

static struct host_source host_address(const struct in6_addr *address)
{
    return host_source(&(struct source){.kind = SOURCE_ADDRESS, .network = {.address = *address, .len = 128}});
}

bool is_own_address(const struct in6_addr *address)
{
    return host_address(address).state != SOURCE_ABSENT;
}

/* Connecting a datagram socket makes the kernel choose a source; nothing is sent. */
static bool ask_kernel(const struct sockaddr_in6 *peer, struct sockaddr_in6 *local)
{
    socklen_t len = sizeof(*local);
    int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool found = fd >= 0 && connect(fd, (const struct sockaddr *)peer, sizeof(*peer)) == 0 &&
                 getsockname(fd, (struct sockaddr *)local, &len) == 0;

    if (fd >= 0)
        close(fd);
    return found;
}

struct host_source kernel_source(const struct sockaddr_in6 *peer)
{
    struct sockaddr_in6 to = *peer;
    struct sockaddr_in6 local;

    to.sin6_port = htons(GLUSTERD_PORT);
    return ask_kernel(&to, &local) ? host_address(&local.sin6_addr) : (struct host_source){.state = SOURCE_ABSENT};
}
