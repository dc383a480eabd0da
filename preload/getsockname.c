/* getsockname(2): how a program learns which source a connection has. */
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/libc.h"
#include "socket/learned.h"

/* address may be cut short, so asks the kernel again if it has the length of an IPv6 one. */
EXPORT int getsockname(int fd, struct sockaddr *address, socklen_t *len)
{
    int result = libc_getsockname(fd, address, len);
    int saved = errno;

    if (result == 0 && *len == sizeof(struct sockaddr_in6)) {
        learned_by_asking(fd);
        errno = saved;
    }
    return result;
}
