#include "host/ownaddress.h"

#include <ifaddrs.h>
#include <string.h>
#include <sys/socket.h>

#include "terminal/command.h"

static bool is_address(const struct sockaddr *candidate, const struct in6_addr *address)
{
    struct sockaddr_in6 in6;
    struct sockaddr_in in;

    if (candidate == NULL)
        return false;
    if (candidate->sa_family == AF_INET6) {
        memcpy(&in6, candidate, sizeof(in6));
        return IN6_ARE_ADDR_EQUAL(&in6.sin6_addr, address);
    }
    if (candidate->sa_family != AF_INET || !IN6_IS_ADDR_V4MAPPED(address))
        return false;
    memcpy(&in, candidate, sizeof(in));
    return in.sin_addr.s_addr == address->s6_addr32[3];
}

bool is_own_address(const struct in6_addr *address)
{
    struct ifaddrs *all;
    bool found = false;

    if (getifaddrs(&all) != 0)
        fatal("cannot list this host's addresses: %m");
    for (const struct ifaddrs *each = all; each != NULL; each = each->ifa_next)
        found = found || is_address(each->ifa_addr, address);
    freeifaddrs(all);
    return found;
}
