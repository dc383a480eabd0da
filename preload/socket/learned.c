#include "socket/learned.h"

#include <netinet/tcp.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/kernel.h"
#include "socket/mark.h"
#include "socket/socket.h"

enum {
    SETS = 64, /* a power of two */
    WAYS = 4   /* addresses in a set */
};

/* A bit for each port. */
static uint64_t listened[(UINT16_MAX + 1) / 64];

/*
 * Hashes, each in the set that its low bits say, so that one word can be written at once. Of two addresses with the
 * same hash, or one with that of a free place, 0, one would count as the other: 1 in 2^64.
 */
static uint64_t sets[SETS][WAYS];

bool learned_has(const struct in6_addr *address)
{
    uint64_t value = address_hash(address);

    for (size_t way = 0; way < WAYS; way++)
        if (__atomic_load_n(&sets[value % SETS][way], __ATOMIC_RELAXED) == value)
            return true;
    return false;
}

static void note(const struct in6_addr *address)
{
    uint64_t value = address_hash(address);
    uint64_t *set = sets[value % SETS];

    for (size_t way = WAYS - 1; way > 0; way--) /* the oldest one falls out */
        __atomic_store_n(&set[way], __atomic_load_n(&set[way - 1], __ATOMIC_RELAXED), __ATOMIC_RELAXED);
    __atomic_store_n(&set[0], value, __ATOMIC_RELAXED);
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
 * Listeners, which another process can have handed on, and datagram sockets make no connections: a program that has the
 * kernel's choice told by one of the latter has gone out of its way.
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
