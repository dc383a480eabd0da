#include "socket/move.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/address.h"
#include "base/kernel.h"
#include "base/libc.h"
#include "base/signals.h"
#include "socket/namespace.h"
#include "socket/sockopt.h"

static int set_reuse(int fd, int value)
{
    return sockopt_set_int(fd, SOL_SOCKET, SO_REUSEADDR, value);
}

static int bind_to(int fd, const struct sockaddr_in6 *local)
{
    return libc_bind(fd, (const struct sockaddr *)local, sizeof(*local)) == 0 ? 0 : errno;
}

/*
 * Binds fresh to old's port while old still holds it, so that nobody without SO_REUSEADDR can take it in between. The
 * kernel allows that while both have SO_REUSEADDR and neither listens (inet_csk_bind_conflict()). If old has another
 * address of the host there is no conflict, but with SO_REUSEADDR fresh could share somebody else's port.
 */
static int bind_beside(int fresh, int old, const struct move *move)
{
    int reuse;
    int error = sockopt_get_int(old, SOL_SOCKET, SO_REUSEADDR, &reuse);
    int restored = 0;
    bool needs_reuse;

    if (error != 0)
        return error;
    needs_reuse = reuse == 0 && !move->has_other_address;
    if (needs_reuse)
        error = set_reuse(old, 1);
    if (error == 0 && (needs_reuse || reuse != 0))
        error = set_reuse(fresh, 1);
    if (error == 0)
        error = bind_to(fresh, &move->local);
    if (needs_reuse) {
        restored = set_reuse(fresh, 0);
        set_reuse(old, 0);
    }
    return error != 0 ? error : restored;
}

/* Changes the port to the next lower one of the same kind, privileged or not. Returns false if there is none. */
static bool descend(struct sockaddr_in6 *local)
{
    in_port_t port = ntohs(local->sin6_port);

    local->sin6_port = htons(port - 1);
    return port > 1 && port != IPPORT_RESERVED;
}

static int bind_fresh(int fresh, int old, const struct move *move)
{
    struct sockaddr_in6 next = move->local;
    int error = bind_beside(fresh, old, move);

    while (move->may_descend && error == EADDRINUSE && descend(&next))
        error = bind_to(fresh, &next);
    return error;
}

/* Fails with EBADF if another thread has closed fd, whose number may be something else's by now. */
static int replace(int fd, const struct stat *old, int fresh)
{
    int descriptor_flags = (int)kernel(fcntl, fd, F_GETFD, NULL);
    struct stat now;

    if (descriptor_flags == -1 || kernel(fstat, fd, &now) != 0)
        return errno;
    if (now.st_dev != old->st_dev || now.st_ino != old->st_ino)
        return EBADF;
    return kernel(dup3, fresh, fd, (descriptor_flags & FD_CLOEXEC) != 0 ? O_CLOEXEC : 0) == -1 ? errno : 0;
}

/*
 * Creates the new socket and gives it the old one's owner, which policy routing looks at, if permitted: the process may
 * have changed its user since it created the old one. Returns 0 or an errno value.
 */
static int create_socket(const struct stat *old, int protocol, int *fresh)
{
    struct stat made;

    *fresh = (int)kernel(socket, AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, protocol);
    if (*fresh == -1 || kernel(fstat, *fresh, &made) != 0)
        return errno;
    if (made.st_uid != old->st_uid || made.st_gid != old->st_gid)
        (void)kernel(fchown, *fresh, old->st_uid, old->st_gid);
    return 0;
}

/* Binding a TCP socket to any other address turns IPV6_V6ONLY on. */
static bool leaves_v6only(const struct move *move)
{
    const struct in6_addr *address = &move->local.sin6_addr;

    return move->protocol != IPPROTO_TCP || address_is_any(address) || IN6_IS_ADDR_V4MAPPED(address);
}

static int carry(int fresh, int fd, const struct move *move)
{
    int error = sockopt_carry(fd, fresh, move->protocol, move->dialled);

    if (error == 0 && leaves_v6only(move))
        error = sockopt_set_int(fresh, IPPROTO_IPV6, IPV6_V6ONLY, move->v6only);
    return error;
}

static int move_over(int fd, const struct move *move, const char **step)
{
    struct stat old;
    int fresh = -1;
    int error = kernel(fstat, fd, &old) == 0 ? create_socket(&old, move->protocol, &fresh) : errno;

    *step = "move the socket";
    if (error == 0 && !namespace_same(fd, fresh)) {
        *step = "move the socket from another network namespace";
        error = EADDRNOTAVAIL;
    }
    if (error == 0)
        error = carry(fresh, fd, move);
    if (error == 0)
        error = bind_fresh(fresh, fd, move);
    if (error == 0)
        error = replace(fd, &old, fresh);
    if (fresh != -1)
        (void)kernel(close, fresh);
    return error;
}

int socket_move(int fd, const struct move *move, const char **step)
{
    struct signals signals;
    int error;

    signals_block(&signals);
    error = move_over(fd, move, step);
    signals_restore(&signals);
    return error;
}
