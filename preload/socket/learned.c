#include "socket/learned.h"

#include <netinet/tcp.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/kernel.h"
#include "socket/mark.h"
#include "socket/socket.h"

enum { LEARNED = 256 };

/* One bit per port. */
static uint64_t listened[(UINT16_MAX + 1) / 64];

/* Hashes, in a ring: the latest replaces the oldest. */
static uint64_t learned[LEARNED];
static uint32_t learned_count;

bool learned_has(const struct in6_addr *address)
{
    uint64_t value = address_hash(address);

    for (size_t i = 0; i < LEARNED; i++)
        if (__atomic_load_n(&learned[i], __ATOMIC_RELAXED) == value)
            return true;
    return false;
}

static void note(const struct in6_addr *address)
{
    uint32_t place = __atomic_fetch_add(&learned_count, 1, __ATOMIC_RELAXED) % LEARNED;

    __atomic_store_n(&learned[place], address_hash(address), __ATOMIC_RELAXED);
}

void learned_listens(in_port_t port)
{
    __atomic_fetch_or(&listened[port / 64], 1ull << port % 64, __ATOMIC_RELAXED);
}

/* An accepted connection has the port of its listener. */
static bool is_listened(in_port_t port)
{
    return (__atomic_load_n(&listened[port / 64], __ATOMIC_RELAXED) >> port % 64 & 1) != 0;
}

/*
 * Listeners, which may be inherited, and datagram sockets make no connections. A program that asks a datagram socket
 * for the kernel's choice does so on purpose.
 */
static bool is_own_connection(int fd, const struct sockaddr_in6 *local)
{
    unsigned char state;
    enum mark mark;

    return !is_listened(ntohs(local->sin6_port)) && socket_tcp_state(fd, &state) == 0 && state != TCP_LISTEN &&
           mark_get(fd, &mark) == 0 && mark != MARK_CHOSEN;
}

void learned_by_asking(int fd)
{
    struct sockaddr_in6 local;
    socklen_t len = sizeof(local);

    if (kernel(getsockname, fd, &local, &len) == 0 && local.sin6_family == AF_INET6 &&
        !address_is_any(&local.sin6_addr) && !learned_has(&local.sin6_addr) && is_own_connection(fd, &local))
        note(&local.sin6_addr);
}
