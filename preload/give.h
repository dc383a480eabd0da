/* Giving a socket the source that its rule wants, by bind(2) or by a move, and taking it back. Async-signal-safe. */
#ifndef SRCADDR_GIVE_H
#define SRCADDR_GIVE_H

#include <stdbool.h>

#include "rules.h"
#include "socket.h"

/* Whether the address of the socket, which is governed and in *state, was chosen by the program. */
bool address_is_programs(int fd, const struct socket_state *state);

/*
 * Gives fd, which is governed, idle and in *state, its address not chosen by the program, an address of source, which
 * is not SOURCE_NONE. Returns 0, or an errno value if it can't be used; fd is then as it was. *step tells what was
 * done, or tried last.
 */
int give_source(int fd, const struct socket_state *state, const struct source *source, const char **step);

/* Makes fd, in *state, as bound as the program made it, where this library gave it an address. 0 or an errno value. */
int give_back(int fd, const struct socket_state *state);

#endif
