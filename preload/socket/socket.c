#include "socket/socket.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

#include "base/kernel.h"
#include "base/libc.h"
#include "base/word.h"
#include "socket/hostaddr.h"
#include "socket/sockopt.h"

/* tcpi_state is the first byte of struct tcp_info, tcp(7). */
int socket_tcp_state(int fd, unsigned char *state)
{
    socklen_t len = sizeof(*state);

    return kernel(getsockopt, fd, IPPROTO_TCP, TCP_INFO, state, &len) == 0 ? 0 : errno;
}

/* A raw socket has its protocol's number as its port: inet6_create(). */
static bool is_raw(int fd, const struct socket_state *state)
{
    int type;

    return state->local.sin6_port == htons(IPPROTO_TCP) && sockopt_get_int(fd, SOL_SOCKET, SO_TYPE, &type) == 0 &&
           type == SOCK_RAW;
}

/*
 * By poll(2): tcp_poll() in the kernel. A closed socket hangs up. One whose connection has ended or failed is shut down
 * too: it may still have data or an error, and connect(2) then only reports that (tcp_done(), inet_stream_connect()).
 */
static int find_idle(int fd, struct socket_state *state)
{
    struct timespec at_once = {.tv_sec = 0}; /* ppoll(2) changes it */
    struct pollfd ready = {.fd = fd, .events = POLLRDHUP};
    unsigned char tcp_state = TCP_CLOSE;
    /* Before 5.16 poll(2) does not work for MPTCP, and neither does this call, which fails. */
    int error = state->protocol == IPPROTO_MPTCP ? socket_tcp_state(fd, &tcp_state) : 0;

    if (error == 0 && kernel(ppoll, &ready, 1, &at_once, NULL, 0) < 0)
        error = errno;
    state->idle = error == 0 && tcp_state == TCP_CLOSE && (ready.revents & (POLLHUP | POLLRDHUP)) == POLLHUP;
    return error;
}

/* Only while a socket has no port can IPV6_V6ONLY be set, even to its present value: do_ipv6_setsockopt(). */
static int find_binding(int fd, struct socket_state *state)
{
    int v6only;
    int error = sockopt_get_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only);

    if (error != 0)
        return error;
    state->v6only = v6only != 0;
    if (state->local.sin6_port != 0)
        error = sockopt_set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, v6only);
    state->is_bound = error == EINVAL;
    return state->is_bound ? 0 : error;
}

/* One call is enough for most sockets that are not governed. */
int socket_inspect(int fd, struct socket_state *state)
{
    socklen_t len = sizeof(state->local);
    int error;

    memset(state, 0, sizeof(*state));
    error = sockopt_get_int(fd, SOL_SOCKET, SO_PROTOCOL, &state->protocol);
    if (error != 0 || (state->protocol != IPPROTO_TCP && state->protocol != IPPROTO_MPTCP))
        return error;
    if (kernel(getsockname, fd, &state->local, &len) != 0)
        return errno;
    if (state->local.sin6_family != AF_INET6 || is_raw(fd, state))
        return 0;
    state->governed = true;
    /*
     * A TCP socket without a port is idle: the kernel gives one to each that is connecting, connected or listening
     * (tcp_v6_connect(), inet_csk_listen_start()). It has not always returned the port of MPTCP that is connecting.
     */
    state->idle = state->protocol == IPPROTO_TCP && state->local.sin6_port == 0;
    if (!state->idle)
        error = find_idle(fd, state);
    return state->idle ? find_binding(fd, state) : error;
}

bool socket_has_address(const struct socket_state *state)
{
    return !address_is_any(&state->local.sin6_addr);
}

static int interface_index(int fd, const char *name, unsigned int *index)
{
    struct ifreq request;

    memset(&request, 0, sizeof(request));
    text_copy(request.ifr_name, sizeof(request.ifr_name), word_of(name));
    if (kernel(ioctl, fd, SIOCGIFINDEX, &request) != 0)
        return errno;
    *index = (unsigned int)request.ifr_ifindex;
    return 0;
}

int socket_source(int fd, const struct source *source, struct sockaddr_in6 *local)
{
    struct host_address found = {.address = source->network.address};
    int error = 0;

    if (source->kind == SOURCE_UNKNOWN)
        return EADDRNOTAVAIL;
    memset(local, 0, sizeof(*local));
    local->sin6_family = AF_INET6;
    if (source->scope[0] != '\0')
        error = interface_index(fd, source->scope, &local->sin6_scope_id);
    if (error == 0 && source->kind == SOURCE_PREFIX)
        error = host_address_find(&source->network, local->sin6_scope_id, fd, &found);
    local->sin6_addr = found.address;
    return error;
}

/*
 * With IP_BIND_ADDRESS_NO_PORT (Linux 4.2) connect(2) takes a port that is free towards this peer, as for an unbound
 * socket; without it bind(2) takes one that is free towards every peer. Binding to an address turns IPV6_V6ONLY on,
 * which can be undone while the socket has no port.
 */
int socket_bind(int fd, const struct sockaddr_in6 *local, bool v6only)
{
    int no_port = 0;
    int error = 0;

    sockopt_get_int(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &no_port);
    if (no_port == 0)
        sockopt_set_int(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
    if (libc_bind(fd, (const struct sockaddr *)local, sizeof(*local)) != 0)
        error = errno;
    if (no_port == 0)
        sockopt_set_int(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 0);
    if (error == 0 && !v6only)
        sockopt_set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    return error;
}
