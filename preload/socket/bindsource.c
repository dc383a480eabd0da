#include "socket/bindsource.h"

#include "base/address.h"
#include "socket/mark.h"
#include "socket/move.h"

static bool same_address(const struct sockaddr_in6 *a, const struct sockaddr_in6 *b)
{
    return IN6_ARE_ADDR_EQUAL(&a->sin6_addr, &b->sin6_addr) && a->sin6_scope_id == b->sin6_scope_id;
}

static int find_mark(int fd, const struct socket_state *state, enum mark *mark)
{
    *mark = MARK_NONE;
    return socket_has_address(state) ? mark_get(fd, mark) : 0;
}

/*
 * Moves the socket to local's address and keeps its port. If it has an address that the program did not bind, we bound
 * it for a connect that failed, and IPV6_V6ONLY is on because of it. The program knows that the port is free at a
 * learned address, which says nothing about another one.
 */
static int move_to(int fd, const struct socket_state *state, enum mark mark, const struct sockaddr_in6 *local,
                   const char **step)
{
    bool has_address = socket_has_address(state);
    struct move move = {.protocol = state->protocol,
                        .local = *local,
                        .dialled = has_address && mark != MARK_LEARNED,
                        .has_other_address = has_address && !address_is_any(&local->sin6_addr),
                        .may_descend = has_address && mark != MARK_NONE};

    move.v6only = state->v6only && !move.dialled;
    move.local.sin6_port = state->local.sin6_port;
    return socket_move(fd, &move, step);
}

static int bind_or_move(int fd, const struct socket_state *state, enum mark mark, const struct sockaddr_in6 *local,
                        const char **step)
{
    int error;

    if (state->is_bound) {
        error = move_to(fd, state, mark, local, step);
    } else {
        *step = "bind";
        error = socket_bind(fd, local, state->v6only);
    }
    if (error == 0)
        *step = state->is_bound ? "moved" : "bound";
    return error;
}

int bind_to_source(int fd, const struct socket_state *state, const struct source *source, const char **step)
{
    struct sockaddr_in6 local;
    enum mark mark;
    int error = find_mark(fd, state, &mark);

    *step = "inspect the socket";
    if (error != 0)
        return error;
    if (mark == MARK_CHOSEN) {
        *step = "left alone: the program bound it to an address";
        return 0;
    }
    *step = "look up its address";
    error = socket_source(fd, source, &local);
    if (error != 0)
        return error;
    if (same_address(&local, &state->local)) {
        *step = "already has that address";
        return 0;
    }
    return bind_or_move(fd, state, mark, &local, step);
}

int unbind_source(int fd, const struct socket_state *state, bool learned_only)
{
    static const struct sockaddr_in6 any = {.sin6_family = AF_INET6};
    const char *step;
    enum mark mark;
    int error = find_mark(fd, state, &mark);

    if (error != 0 || !socket_has_address(state) || mark == MARK_CHOSEN || (learned_only && mark != MARK_LEARNED))
        return error;
    return bind_or_move(fd, state, mark, &any, &step);
}
