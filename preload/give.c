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

/* What is to be known of the socket, which is bound to an address or is about to be. */
static unsigned int record(int fd, const struct socket_state *state)
{
    unsigned int chosen = CHOSE_ADDRESS;

    if (socket_has_address(state))
        return chosen_get(fd);
    if (!socket_has_port(state))
        chosen |= CHOSE_PORT;
    if (!state->v6only)
        chosen |= CHANGED_V6ONLY;
    return chosen;
}

/* Moves the socket to local's address, and to the port that the program chose, if it did. */
static int move_to(int fd, const struct socket_state *state, struct sockaddr_in6 *local)
{
    struct socket_state programs = *state;
    unsigned int chosen = record(fd, state);
    int error;

    programs.v6only = (chosen & CHANGED_V6ONLY) == 0;
    if ((chosen & CHOSE_PORT) == 0)
        local->sin6_port = state->local.sin6_port;
    error = socket_move(fd, &programs, local);
    if (error == 0)
        chosen_set(fd, IN6_IS_ADDR_UNSPECIFIED(&local->sin6_addr) ? BY_PROGRAM : chosen);
    return error;
}

static int bind_to(int fd, const struct socket_state *state, const struct sockaddr_in6 *local)
{
    unsigned int chosen = record(fd, state);
    int error = socket_bind(fd, local);

    if (error == 0)
        chosen_set(fd, chosen);
    return error;
}

int give_source(int fd, const struct socket_state *state, const struct source *source, const char **step)
{
    bool is_bound = socket_has_port(state) || socket_has_address(state);
    struct sockaddr_in6 local;
    int error = chosen_has_room(fd) ? socket_source(fd, source, &local) : EMFILE;

    *step = "looking it up";
    if (error != 0)
        return error;
    if (same_address(&local, &state->local)) {
        *step = "already bound at an earlier connect";
        return 0;
    }
    *step = is_bound ? "moving to it" : "binding to it";
    error = is_bound ? move_to(fd, state, &local) : bind_to(fd, state, &local);
    if (error == 0)
        *step = is_bound ? "moved" : "bound";
    return error;
}

int give_back(int fd, const struct socket_state *state)
{
    struct sockaddr_in6 any = {.sin6_family = AF_INET6};

    if (!socket_has_address(state) || address_is_programs(fd, state))
        return 0;
    return move_to(fd, state, &any);
}
