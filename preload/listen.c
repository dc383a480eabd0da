/* listen(2): which ports get accepted connections, and where glusterd listens. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/kernel.h"
#include "base/libc.h"
#include "live/listener.h"
#include "live/process.h"
#include "socket/learned.h"

static void note(int fd)
{
    struct sockaddr_in6 local = {.sin6_family = AF_UNSPEC};
    socklen_t len = sizeof(local);

    if (kernel(getsockname, fd, &local, &len) != 0 || (local.sin6_family != AF_INET6 && local.sin6_family != AF_INET))
        return;
    learned_listens(ntohs(local.sin6_port)); /* at the same place in struct sockaddr_in */
    if (strcmp(process_program(), "glusterd") == 0)
        listener_note(&local);
}

EXPORT int listen(int fd, int backlog)
{
    int result = libc_listen(fd, backlog);
    int saved = errno;

    if (result == 0) {
        note(fd);
        errno = saved;
    }
    return result;
}
