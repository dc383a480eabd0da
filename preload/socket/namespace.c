#include "socket/namespace.h"

#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/kernel.h"

/* The headers may be older. */
enum {
    OPTION_NETNS_COOKIE = 71, /* SO_NETNS_COOKIE, Linux 5.14 */
    GET_NAMESPACE = 0x894c    /* SIOCGSKNS, Linux 4.10: a descriptor of the namespace */
};

/* Identifies the network namespace; 0 if unknown. */
static uint64_t get_cookie(int fd)
{
    uint64_t cookie = 0;
    socklen_t len = sizeof(cookie);

    return kernel(getsockopt, fd, SOL_SOCKET, OPTION_NETNS_COOKIE, &cookie, &len) == 0 ? cookie : 0;
}

/* The same on older kernels. */
static uint64_t get_inode(int fd)
{
    struct stat status = {.st_ino = 0};
    int namespace = (int)kernel(ioctl, fd, GET_NAMESPACE, NULL);

    if (namespace < 0)
        return 0;
    (void)kernel(fstat, namespace, &status);
    (void)kernel(close, namespace);
    return status.st_ino;
}

bool namespace_same(int fd, int other)
{
    uint64_t one = get_cookie(fd);
    uint64_t another = get_cookie(other);

    if (one == 0 || another == 0) {
        one = get_inode(fd);
        another = get_inode(other);
    }
    return one == another || one == 0 || another == 0;
}
