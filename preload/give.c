#include "give.h"

#include <errno.h>
#include <string.h>

#include "chosen.h"
#include "file.h"
#include "given.h"
#include "move.h"
#include "stamp.h"

static bool same_address(const struct sockaddr_in6 *a, const struct sockaddr_in6 *b)
{
    return IN6_ARE_ADDR_EQUAL(&a->sin6_addr, &b->sin6_addr) && a->sin6_scope_id == b->sin6_scope_id;
}

/* What is to be known of the socket, which nobody has bound to an address yet, when it is bound to ours. */
static unsigned int choose(const struct socket_state *state)
{
    unsigned int chosen = CHOSE_ADDRESS;

    if (!socket_has_port(state))
        chosen |= CHOSE_PORT;
    if (!state->v6only)
        chosen |= CHANGED_V6ONLY;
    return chosen;
}

/* Moves the socket to local's address, and to the port that the program chose, if it did. */
static int move_to(int fd, const struct socket_state *state, unsigned int chosen, bool is_learned,
                   struct sockaddr_in6 *local)
{
    struct socket_state programs = *state;
    ino_t inode;
    int error;

    programs.v6only = (chosen & CHANGED_V6ONLY) == 0;
    if ((chosen & CHOSE_PORT) == 0)
        local->sin6_port = state->local.sin6_port;
    error = socket_move(fd, &programs, local, is_learned, &inode);
    if (error == 0)
        chosen_set(fd, inode, IN6_IS_ADDR_UNSPECIFIED(&local->sin6_addr) ? BY_PROGRAM : chosen);
    return error;
}

static int bind_to(int fd, unsigned int chosen, const struct sockaddr_in6 *local)
{
    struct stat status;
    int error = file_status(fd, &status) == 0 ? socket_bind(fd, local) : errno;

    if (error == 0)
        chosen_set(fd, status.st_ino, chosen);
    return error;
}

/*
 * Whether the program, which has bound a socket to local, has only learned that address: from an earlier connection to
 * peer, to which we gave it, or to which the kernel did.
 */
static int learn(const struct sockaddr_in6 *local, const struct sockaddr_in6 *peer, bool *is_learned)
{
    struct sockaddr_in6 kernels;
    int error;

    *is_learned = given_before(&peer->sin6_addr, &local->sin6_addr);
    if (*is_learned)
        return 0;
    error = socket_kernel_source(peer, &kernels);
    *is_learned = error == 0 && same_address(&kernels, local);
    return is_shortage(error) ? error : 0;
}

/* Who chose the address and the port of the socket, or is about to. 0 or an errno value. */
static int find_chosen(int fd, const struct socket_state *state, const struct sockaddr_in6 *peer, unsigned int *chosen,
                       bool *is_learned)
{
    int error;

    *is_learned = false;
    if (!socket_has_address(state)) {
        *chosen = choose(state);
        return 0;
    }
    error = chosen_get(fd, chosen);
    if (error == 0 && *chosen == BY_PROGRAM)
        error = learn(&state->local, peer, is_learned);
    if (*is_learned)
        *chosen = CHOSE_ADDRESS;
    return error;
}

int give_source(int fd, const struct socket_state *state, const struct sockaddr_in6 *peer, const struct source *source,
                const char **step)
{
    bool is_bound = socket_has_address(state) || socket_has_port(state);
    unsigned int chosen;
    struct sockaddr_in6 local;
    bool is_learned;
    int error = find_chosen(fd, state, peer, &chosen, &is_learned);

    *step = "looking at the socket";
    if (error != 0)
        return error;
    if (chosen == BY_PROGRAM) {
        *step = "left alone, the program bound it to an address";
        return 0;
    }
    *step = "looking it up";
    error = chosen_has_room(fd) ? socket_source(fd, source, &local) : EMFILE;
    if (error != 0)
        return error;
    if (same_address(&local, &state->local)) {
        *step = "already bound at an earlier connect";
        return 0;
    }
    *step = is_bound ? "moving to it" : "binding to it";
    error = is_bound ? move_to(fd, state, chosen, is_learned, &local) : bind_to(fd, chosen, &local);
    if (error != 0)
        return error;
    *step = is_bound ? "moved" : "bound";
    given_note(&peer->sin6_addr, &local.sin6_addr);
    return 0;
}

int give_back(int fd, const struct socket_state *state)
{
    struct sockaddr_in6 any = {.sin6_family = AF_INET6};
    unsigned int chosen = BY_PROGRAM;
    int error = socket_has_address(state) ? chosen_get(fd, &chosen) : 0;

    return error != 0 || chosen == BY_PROGRAM ? error : move_to(fd, state, chosen, false, &any);
}
