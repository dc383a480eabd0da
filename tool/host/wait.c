#include "host/wait.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "terminal/clock.h"
#include "terminal/command.h"

/* -1 with errno set if netlink is not available. */
static int listen_to_kernel(void)
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

/* Waits for a message, until deadline at most. */
static void sleep_until(int fd, int64_t deadline)
{
    struct pollfd message = {.fd = fd, .events = POLLIN};
    int64_t left = deadline - clock_now();

    if (left > 0)
        poll(&message, 1, (int)left);
    drain_messages(fd);
}

bool wait_for_addresses(unsigned int seconds, bool (*is_done)(void *context),
                        void (*progress)(void *context, unsigned int elapsed), void *context)
{
    int fd = listen_to_kernel();
    int64_t start = clock_now();
    int64_t end = start + (int64_t)seconds * 1000;
    bool done;

    if (fd < 0) {
        fprintf(stderr, PROGRAM ": not waiting, cannot watch addresses: %m\n");
        return is_done(context);
    }
    for (done = is_done(context); !done && clock_now() < end; done = is_done(context)) {
        int64_t next = clock_now() + 1000;

        if (progress != NULL)
            progress(context, (unsigned int)((clock_now() - start) / 1000));
        sleep_until(fd, progress != NULL && next < end ? next : end);
    }
    close(fd);
    return done;
}
