/* bind(2): an address that the program chooses has priority over ours, and is marked as its choice. */
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "base/address.h"
#include "base/libc.h"
#include "socket/learned.h"
#include "socket/mark.h"

/* address is AF_INET6, and bind(2) has just bound the socket to it. */
static enum mark mark_of(const struct sockaddr *address)
{
    struct in6_addr local;

    memcpy(&local, (const char *)address + offsetof(struct sockaddr_in6, sin6_addr), sizeof(local));
    if (address_is_any(&local))
        return MARK_NONE;
    return learned_has(&local) ? MARK_LEARNED : MARK_CHOSEN;
}

EXPORT int bind(int fd, const struct sockaddr *address, socklen_t len)
{
    int result = libc_bind(fd, address, len);
    int saved = errno;

    if (result == 0 && address->sa_family == AF_INET6) {
        mark_set(fd, mark_of(address));
        errno = saved;
    }
    return result;
}
