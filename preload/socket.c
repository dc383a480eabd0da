#include "socket.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hostaddr.h"
#include "libc.h"
#include "sockopt.h"

static int get_int(int fd, int level, int name, int *value)
{
    socklen_t len = sizeof(*value);

    return getsockopt(fd, level, name, value, &len) == 0 ? 0 : errno;
}

/* The TCP state: tcpi_state is the first byte of struct tcp_info, tcp(7). */
static int get_tcp_state(int fd, unsigned char *state)
{
    socklen_t len = sizeof(*state);

    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, state, &len) == 0 ? 0 : errno;
}

/*
 * Whether the socket needs no more questions, being a TCP socket without a port: the kernel gives one to each that is
 * connecting, connected or listening (tcp_v6_connect(), inet_csk_listen_start()), and its protocol's number to a raw
 * one (inet6_create()). Of MPTCP, kernels have not always told the port while it is connecting.
 */
static bool is_surely_idle(const struct socket_state *state)
{
    return state->protocol == IPPROTO_TCP && !socket_has_port(state);
}

/* Whether it is governed and idle, asked for. */
static int find_kind(int fd, struct socket_state *state)
{
    unsigned char tcp_state;
    int type;
    int error = get_int(fd, SOL_SOCKET, SO_TYPE, &type);

    if (error != 0 || type != SOCK_STREAM)
        return error;
    state->governed = true;
    error = get_tcp_state(fd, &tcp_state);
    state->idle = error == 0 && tcp_state == TCP_CLOSE;
    return error;
}

/* Of most sockets that are not governed one call tells. */
int socket_inspect(int fd, struct socket_state *state)
{
    socklen_t len = sizeof(state->local);
    int v6only = 0;
    int error;

    memset(state, 0, sizeof(*state));
    error = get_int(fd, SOL_SOCKET, SO_PROTOCOL, &state->protocol);
    if (error != 0 || (state->protocol != IPPROTO_TCP && state->protocol != IPPROTO_MPTCP))
        return error;
    if (getsockname(fd, (struct sockaddr *)&state->local, &len) != 0)
        return errno;
    if (state->local.sin6_family != AF_INET6)
        return 0;
    state->governed = state->idle = is_surely_idle(state);
    if (!state->governed)
        error = find_kind(fd, state);
    if (error == 0 && state->governed)
        error = get_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only);
    state->v6only = error == 0 && v6only != 0;
    return error;
}

bool socket_has_port(const struct socket_state *state)
{
    return state->local.sin6_port != 0;
}

bool socket_has_address(const struct socket_state *state)
{
    static const struct in6_addr any_ipv4 = {.s6_addr = {[10] = 0xff, [11] = 0xff}};

    return !IN6_IS_ADDR_UNSPECIFIED(&state->local.sin6_addr) && !IN6_ARE_ADDR_EQUAL(&state->local.sin6_addr, &any_ipv4);
}

static int interface_index(int fd, const char *name, unsigned int *index)
{
    struct ifreq request;

    memset(&request, 0, sizeof(request));
    memcpy(request.ifr_name, name, strnlen(name, sizeof(request.ifr_name) - 1));
    if (ioctl(fd, SIOCGIFINDEX, &request) != 0)
        return errno;
    *index = (unsigned int)request.ifr_ifindex;
    return 0;
}

int socket_source(int fd, const struct source *source, struct sockaddr_in6 *local)
{
    struct host_address found;
    int error = 0;

    if (source->kind == SOURCE_UNKNOWN)
        return EADDRNOTAVAIL;
    memset(local, 0, sizeof(*local));
    local->sin6_family = AF_INET6;
    local->sin6_addr = source->network.address;
    if (source->scope[0] != '\0')
        error = interface_index(fd, source->scope, &local->sin6_scope_id);
    if (error != 0 || source->kind == SOURCE_ADDRESS)
        return error;
    error = host_address_find(&source->network, local->sin6_scope_id, &found);
    if (error == 0)
        local->sin6_addr = found.address;
    return error;
}

int socket_kernel_source(const struct sockaddr_in6 *peer, struct sockaddr_in6 *local)
{
    socklen_t len = sizeof(*local);
    int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int error = 0;

    if (fd < 0)
        return errno;
    if (libc_connect(fd, (const struct sockaddr *)peer, sizeof(*peer)) != 0 ||
        getsockname(fd, (struct sockaddr *)local, &len) != 0)
        error = errno;
    close(fd);
    return error;
}

int socket_bind(int fd, const struct sockaddr_in6 *local)
{
    static const int on = 1;
    int before = 0;
    int error = 0;

    /*
     * Without it bind(2) takes a port that is free towards every peer, with it connect(2) one that is free towards this
     * peer, as it does for an unbound socket. Kernels before 4.2 don't have it.
     */
    get_int(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &before);
    if (before == 0)
        setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
    if (libc_bind(fd, (const struct sockaddr *)local, sizeof(*local)) != 0)
        error = errno;
    if (before == 0)
        setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &before, sizeof(before));
    return error;
}
