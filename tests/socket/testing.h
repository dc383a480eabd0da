/* Shared by the test programs. A failure that is not under test ends the program with status 2. */
#pragma once

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

enum {
    ENDPOINT_TEXT_MAX = 256, /* bytes */
    DESCRIPTORS_MAX = 64,    /* a test program has higher ones only if it moved them there */
    PATIENCE_MS = 10000,     /* for something that should happen at once */
    LIFETIME = 120           /* seconds, then SIGALRM ends a program that hangs */
};

struct endpoint {
    union {
        struct sockaddr any;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
        struct sockaddr_un un;
        struct sockaddr_storage storage;
    } address;
    socklen_t len;
};

/* Increments what several threads count. */
static inline void add(unsigned int *number)
{
    __atomic_add_fetch(number, 1, __ATOMIC_RELAXED);
}

static inline _Noreturn void die(const char *what)
{
    perror(what);
    exit(2);
}

/* The name in the headers. strerrorname_np(3) is too new. */
static inline const char *error_name(int error)
{
    static const struct {
        int error;
        const char *name;
    } names[] = {
        {0, "0"},
        {EACCES, "EACCES"},
        {EADDRINUSE, "EADDRINUSE"},
        {EADDRNOTAVAIL, "EADDRNOTAVAIL"},
        {EAFNOSUPPORT, "EAFNOSUPPORT"},
        {EAGAIN, "EAGAIN"},
        {EALREADY, "EALREADY"},
        {EBADF, "EBADF"},
        {EBUSY, "EBUSY"},
        {ECONNABORTED, "ECONNABORTED"},
        {ECONNREFUSED, "ECONNREFUSED"},
        {ECONNRESET, "ECONNRESET"},
        {EDEADLK, "EDEADLK"},
        {EDESTADDRREQ, "EDESTADDRREQ"},
        {EDQUOT, "EDQUOT"},
        {EEXIST, "EEXIST"},
        {EFAULT, "EFAULT"},
        {EFBIG, "EFBIG"},
        {EINPROGRESS, "EINPROGRESS"},
        {EINTR, "EINTR"},
        {EINVAL, "EINVAL"},
        {EIO, "EIO"},
        {EISCONN, "EISCONN"},
        {EISDIR, "EISDIR"},
        {ELOOP, "ELOOP"},
        {EMFILE, "EMFILE"},
        {EMSGSIZE, "EMSGSIZE"},
        {ENAMETOOLONG, "ENAMETOOLONG"},
        {ENETUNREACH, "ENETUNREACH"},
        {ENFILE, "ENFILE"},
        {ENOBUFS, "ENOBUFS"},
        {ENODEV, "ENODEV"},
        {ENOENT, "ENOENT"},
        {ENOLCK, "ENOLCK"},
        {ENOMEM, "ENOMEM"},
        {ENOPROTOOPT, "ENOPROTOOPT"},
        {ENOSPC, "ENOSPC"},
        {ENOSYS, "ENOSYS"},
        {ENOTCONN, "ENOTCONN"},
        {ENOTDIR, "ENOTDIR"},
        {ENOTSOCK, "ENOTSOCK"},
        {ENOTTY, "ENOTTY"},
        {ENXIO, "ENXIO"},
        {EOPNOTSUPP, "EOPNOTSUPP"},
        {EOVERFLOW, "EOVERFLOW"},
        {EPERM, "EPERM"},
        {EPIPE, "EPIPE"},
        {EPROTONOSUPPORT, "EPROTONOSUPPORT"},
        {EPROTOTYPE, "EPROTOTYPE"},
        {EROFS, "EROFS"},
        {ETIMEDOUT, "ETIMEDOUT"},
        {ETXTBSY, "ETXTBSY"},
    };
    static char number[32];

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].error == error)
            return names[i].name;
    (void)snprintf(number, sizeof(number), "error %d", error);
    return number;
}

static inline bool parse_ipv6(char *host, struct endpoint *endpoint)
{
    char *scope = strchr(host, '%');

    endpoint->address.in6.sin6_family = AF_INET6;
    endpoint->len = sizeof(endpoint->address.in6);
    if (scope != NULL) {
        *scope++ = '\0';
        endpoint->address.in6.sin6_scope_id = if_nametoindex(scope);
    }
    return inet_pton(AF_INET6, host, &endpoint->address.in6.sin6_addr) == 1;
}

static inline bool parse_ipv4(const char *host, struct endpoint *endpoint)
{
    endpoint->address.in.sin_family = AF_INET;
    endpoint->len = sizeof(endpoint->address.in);
    return inet_pton(AF_INET, host, &endpoint->address.in.sin_addr) == 1;
}

/* [ADDRESS]:PORT, [ADDRESS%INTERFACE]:PORT, IPV4ADDRESS:PORT or /PATH. */
static inline struct endpoint parse_endpoint(const char *text)
{
    struct endpoint endpoint = {.len = 0};
    char host[ENDPOINT_TEXT_MAX];
    char *port;
    bool good;

    (void)snprintf(host, sizeof(host), "%s", text);
    if (host[0] == '/') {
        endpoint.address.un.sun_family = AF_UNIX;
        (void)snprintf(endpoint.address.un.sun_path, sizeof(endpoint.address.un.sun_path), "%.100s", host);
        endpoint.len = sizeof(endpoint.address.un);
        return endpoint;
    }
    port = strrchr(host, ':');
    if (port == NULL) {
        errno = EINVAL;
        die(text);
    }
    *port++ = '\0';
    if (host[0] == '[') {
        host[strcspn(host, "]")] = '\0';
        good = parse_ipv6(host + 1, &endpoint);
    } else {
        good = parse_ipv4(host, &endpoint);
    }
    if (!good) {
        errno = EINVAL;
        die(text);
    }
    endpoint.address.in6.sin6_port = htons((in_port_t)strtoul(port, NULL, 10)); /* sin_port is in the same place */
    return endpoint;
}

/* Without scope and port. Valid until the next call. */
static inline const char *address_text(const struct endpoint *endpoint)
{
    static char text[INET6_ADDRSTRLEN];
    int family = endpoint->address.any.sa_family;
    const void *address =
        family == AF_INET6 ? (const void *)&endpoint->address.in6.sin6_addr : &endpoint->address.in.sin_addr;

    return inet_ntop(family, address, text, sizeof(text)) != NULL ? text : "no address";
}

static inline in_port_t port_of(const struct endpoint *endpoint)
{
    return ntohs(endpoint->address.in6.sin6_port);
}

static inline struct endpoint local_of(int fd)
{
    struct endpoint local = {.len = sizeof(local.address)};

    if (getsockname(fd, &local.address.any, &local.len) != 0)
        die("getsockname");
    return local;
}

static inline bool same_address(const struct endpoint *a, const struct endpoint *b)
{
    return IN6_ARE_ADDR_EQUAL(&a->address.in6.sin6_addr, &b->address.in6.sin6_addr);
}

static inline bool same_endpoint(const struct endpoint *a, const struct endpoint *b)
{
    return same_address(a, b) && port_of(a) == port_of(b);
}

/* Not with bind(2), which is under test. */
static inline void bind_directly(int fd, const struct endpoint *endpoint)
{
    if (syscall(SYS_bind, fd, &endpoint->address, endpoint->len) != 0)
        die("bind");
}

static inline int listen_directly(const struct endpoint *endpoint)
{
    static const int on = 1;
    int fd = socket(endpoint->address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0)
        die("socket");
    bind_directly(fd, endpoint);
    if (syscall(SYS_listen, fd, SOMAXCONN) != 0)
        die("listen");
    return fd;
}

/*
 * Opens no descriptor, as none may be left. Uses a system call that the library does not make, to tell them apart in a
 * trace.
 */
static inline bool is_open(int fd)
{
    return lseek(fd, 0, SEEK_CUR) != -1 || errno != EBADF;
}

/* Counts those below DESCRIPTORS_MAX. */
static inline int count_descriptors(void)
{
    int count = 0;

    for (int fd = 0; fd < DESCRIPTORS_MAX; fd++)
        count += is_open(fd);
    return count;
}

/* Each program starts with this. Closes descriptors inherited from a test runner, but only open ones: valgrind
 * complains about others. */
static inline void begin(void)
{
    alarm(LIFETIME);
    for (int fd = STDERR_FILENO + 1; fd < DESCRIPTORS_MAX; fd++)
        if (is_open(fd))
            close(fd);
}
