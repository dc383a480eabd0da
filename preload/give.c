#include "give.h"

#include <errno.h>
#include <string.h>

#include "chosen.h"
#include "move.h"

static bool same_address(const struct sockaddr_in6 *a, const struct sockaddr_in6 *b)
{
    return IN6_ARE_ADDR_EQUAL(&a->sin6_addr, &b->sin6_addr) && a->sin6_scope_id == b->sin6_scope_id;
}

bool address_is_programs(int fd, const struct socket_state *state)
{
    return socket_has_address(state) && chosen_get(fd) == BY_PROGRAM;
}

/* To whom the port of a socket that is bound by now belongs. */
static enum chosen chosen_before(int fd, const struct socket_state *state)
{
    return socket_has_address(state) ? chosen_get(fd) : ADDRESS;
}

static int move_to(int fd, const struct socket_state *state, struct sockaddr_in6 *local)
{
    enum chosen chosen = chosen_before(fd, state);
    int error;

    if (chosen == ADDRESS)
        local->sin6_port = state->local.sin6_port;
    error = socket_move(fd, state, local);
    if (error == 0)
        chosen_set(fd, IN6_IS_ADDR_UNSPECIFIED(&local->sin6_addr) ? BY_PROGRAM : chosen);
    return error;
}

int give_source(int fd, const struct socket_state *state, const struct source *source, const char **how)
{
    struct sockaddr_in6 local;
    int error = chosen_has_room(fd) ? socket_source(fd, source, &local) : EMFILE;

    if (error != 0)
        return error;
    if (same_address(&local, &state->local)) {
        *how = "already bound at an earlier connect";
        return 0;
    }
    if (socket_has_port(state) || socket_has_address(state)) {
        *how = "moved";
        return move_to(fd, state, &local);
    }
    *how = "bound";
    error = socket_bind(fd, &local);
    if (error == 0)
        chosen_set(fd, ADDRESS_PORT);
    return error;
}

int give_back(int fd, const struct socket_state *state)
{
    struct sockaddr_in6 any = {.sin6_family = AF_INET6};

    if (!socket_has_address(state) || chosen_get(fd) == BY_PROGRAM)
        return 0;
    return move_to(fd, state, &any);
}
