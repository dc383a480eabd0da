#include "move.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "libc.h"
#include "sockopt.h"
#include "stamp.h"

static int set_int(int fd, int level, int name, int value)
{
    return setsockopt(fd, level, name, &value, sizeof(value)) == 0 ? 0 : errno;
}

static int set_reuse(int fd, int value)
{
    return set_int(fd, SOL_SOCKET, SO_REUSEADDR, value);
}

static int bind_to(int fd, const struct sockaddr_in6 *local)
{
    return libc_bind(fd, (const struct sockaddr *)local, sizeof(*local)) == 0 ? 0 : errno;
}

/*
 * Binds fresh to local while old still holds local's port, so that nobody without SO_REUSEADDR can take it in between.
 * The kernel lets both have it while both have SO_REUSEADDR and neither listens (inet_csk_bind_conflict()).
 */
static int bind_beside(int fresh, int old, const struct sockaddr_in6 *local)
{
    int reuse = 0;
    socklen_t len = sizeof(reuse);
    int error;
    int restored;

    if (getsockopt(old, SOL_SOCKET, SO_REUSEADDR, &reuse, &len) != 0)
        return errno;
    if (reuse != 0)
        return bind_to(fresh, local);
    error = set_reuse(old, 1);
    if (error == 0)
        error = set_reuse(fresh, 1);
    if (error == 0)
        error = bind_to(fresh, local);
    restored = set_reuse(fresh, 0);
    set_reuse(old, 0);
    return error != 0 ? error : restored;
}

/* The next lower port of the same kind; false if there is none. */
static bool descend(struct sockaddr_in6 *local)
{
    in_port_t port = ntohs(local->sin6_port);

    local->sin6_port = htons(port - 1);
    return port > 1 && port != IPPORT_RESERVED;
}

static int bind_fresh(int fresh, int old, const struct sockaddr_in6 *local, bool is_learned)
{
    struct sockaddr_in6 next = *local;
    int error;

    if (local->sin6_port == 0)
        return IN6_IS_ADDR_UNSPECIFIED(&local->sin6_addr) ? 0 : socket_bind(fresh, local);
    error = bind_beside(fresh, old, local);
    while (is_learned && error == EADDRINUSE && descend(&next))
        error = bind_to(fresh, &next);
    return error;
}

static int replace(int fd, int fresh)
{
    int descriptor_flags = fcntl(fd, F_GETFD);

    if (descriptor_flags == -1)
        return errno;
    return dup3(fresh, fd, (descriptor_flags & FD_CLOEXEC) != 0 ? O_CLOEXEC : 0) == -1 ? errno : 0;
}

static int carry(int fresh, int fd, const struct socket_state *state, bool is_learned)
{
    int error = sockopt_carry(fd, fresh, socket_has_address(state) && !is_learned);

    if (error == 0)
        error = set_int(fresh, IPPROTO_IPV6, IPV6_V6ONLY, state->v6only);
    return error;
}

static int find_inode(int fd, ino_t *inode)
{
    struct stat status;

    if (file_status(fd, &status) != 0)
        return errno;
    *inode = status.st_ino;
    return 0;
}

int socket_move(int fd, const struct socket_state *state, const struct sockaddr_in6 *local, bool is_learned,
                ino_t *inode)
{
    int fresh = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, state->protocol);
    int error;

    if (fresh == -1)
        return errno;
    error = find_inode(fresh, inode);
    if (error == 0)
        error = carry(fresh, fd, state, is_learned);
    if (error == 0)
        error = bind_fresh(fresh, fd, local, is_learned);
    if (error == 0)
        error = replace(fd, fresh);
    close(fresh);
    return error;
}
