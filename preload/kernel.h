/*
 * System calls as section 2 of the manual has them, without the C library's functions: those can be cancellation
 * points, or somebody else's. Return -1 and set errno. Async-signal-safe.
 */
#ifndef SRCADDR_KERNEL_H
#define SRCADDR_KERNEL_H

#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static inline int kernel_socket(int domain, int type, int protocol)
{
    return (int)syscall(SYS_socket, domain, type, protocol);
}

static inline int kernel_getsockname(int fd, struct sockaddr_in6 *address, socklen_t *len)
{
    return (int)syscall(SYS_getsockname, fd, address, len);
}

static inline int kernel_getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
    return (int)syscall(SYS_getsockopt, fd, level, name, value, len);
}

static inline int kernel_setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
    return (int)syscall(SYS_setsockopt, fd, level, name, value, len);
}

static inline int kernel_fcntl(int fd, int command, void *argument)
{
    return (int)syscall(SYS_fcntl, fd, command, argument);
}

static inline int kernel_fcntl_number(int fd, int command, int argument)
{
    return (int)syscall(SYS_fcntl, fd, command, argument);
}

static inline int kernel_ioctl(int fd, unsigned long request, void *argument)
{
    return (int)syscall(SYS_ioctl, fd, request, argument);
}

static inline int kernel_dup3(int from, int to, int flags)
{
    return (int)syscall(SYS_dup3, from, to, flags);
}

static inline int kernel_close(int fd)
{
    return (int)syscall(SYS_close, fd);
}

/* On 64-bit systems the kernel fills in the C library's struct. */
static inline int kernel_fstat(int fd, struct stat *status)
{
    return (int)syscall(SYS_fstat, fd, status);
}

/* Of this thread. Each returns what it was before, also where it stays that. */
static inline uid_t kernel_setfsuid(uid_t user)
{
    return (uid_t)syscall(SYS_setfsuid, user);
}

static inline gid_t kernel_setfsgid(gid_t group)
{
    return (gid_t)syscall(SYS_setfsgid, group);
}

/* Of this thread: all, the C library's own included. What was held before is in *before. */
static inline int kernel_hold_signals(uint64_t *before)
{
    static const uint64_t all = UINT64_MAX;

    *before = 0;
    return (int)syscall(SYS_rt_sigprocmask, SIG_BLOCK, &all, before, sizeof(all));
}

static inline void kernel_release_signals(const uint64_t *before)
{
    (void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, before, NULL, sizeof(*before));
}

/* What ready->fd is ready for now. */
static inline int kernel_poll(struct pollfd *ready)
{
    static const struct timespec at_once;

    return (int)syscall(SYS_ppoll, ready, 1, &at_once, NULL, 0);
}

#endif
