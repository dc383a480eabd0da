#include "host/probe.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "terminal/clock.h"
#include "terminal/command.h"

/* poll(2) ignores a negative descriptor. */
static void hang_up(struct pollfd *call)
{
    if (call->fd >= 0)
        close(call->fd);
    call->fd = -1;
}

static void dial(struct probe *target, struct pollfd *call)
{
    *call = (struct pollfd){.fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), .events = POLLOUT};
    target->error = 0;
    if (call->fd < 0 || connect(call->fd, (const struct sockaddr *)&target->address, sizeof(target->address)) != 0)
        target->error = errno;
    if (target->error == EINPROGRESS)
        target->error = ETIMEDOUT;
    else
        hang_up(call);
}

static void read_result(struct probe *target, struct pollfd *call)
{
    socklen_t len = sizeof(target->error);

    if (call->fd < 0 || call->revents == 0)
        return;
    if (getsockopt(call->fd, SOL_SOCKET, SO_ERROR, &target->error, &len) != 0)
        target->error = errno;
    hang_up(call);
}

static size_t count_open(const struct pollfd *calls, size_t count)
{
    size_t open = 0;

    for (size_t i = 0; i < count; i++)
        if (calls[i].fd >= 0)
            open++;
    return open;
}

void probe(struct probe *targets, size_t count, int milliseconds)
{
    struct pollfd *calls = check_alloc(calloc(count + 1, sizeof(*calls)));
    int64_t end = clock_now() + milliseconds;

    for (size_t i = 0; i < count; i++)
        dial(&targets[i], &calls[i]);
    for (int64_t left = milliseconds; left > 0 && count_open(calls, count) > 0; left = end - clock_now()) {
        if (poll(calls, (nfds_t)count, (int)left) <= 0)
            continue;
        for (size_t i = 0; i < count; i++)
            read_result(&targets[i], &calls[i]);
    }
    for (size_t i = 0; i < count; i++)
        hang_up(&calls[i]);
    free(calls);
}
