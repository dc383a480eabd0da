#include "host/wait.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "terminal/clock.h"

int address_changes(void)
{
    struct sockaddr_nl groups = {.nl_family = AF_NETLINK,
                                 .nl_groups = RTMGRP_LINK | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_IFADDR};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

    if (fd >= 0 && bind(fd, (struct sockaddr *)&groups, sizeof(groups)) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* Everything is read again, so what they say does not matter, nor that the kernel dropped some (ENOBUFS). */
static void drain_messages(int fd)
{
    char buffer[8192];

    while (recv(fd, buffer, sizeof(buffer), 0) >= 0 || errno == EINTR || errno == ENOBUFS)
        ;
}

void wait_for_change(int changes, int64_t deadline)
{
    struct pollfd message = {.fd = changes, .events = POLLIN};
    int64_t left = deadline - clock_now();

    if (left > 0)
        poll(&message, 1, (int)left);
    drain_messages(changes);
}
