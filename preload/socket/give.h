/* Giving a socket the source that its rule wants, by bind(2) or by a move, and taking it back. Async-signal-safe. */
#pragma once

#include "rules/rules.h"
#include "socket/socket.h"

/*
 * Gives fd, which is governed, idle and in *state, an address of source, which is not SOURCE_NONE, unless the program
 * chose the address that it has. Returns 0, or an errno value if the source can't be used; fd is then as it was. *step
 * tells what was done, or tried last.
 */
int give_source(int fd, const struct socket_state *state, const struct source *source, const char **step);

/* Makes fd, idle and in *state, unbound again, but for its port, unless the program chose its address. Returns
 * likewise. */
int give_back(int fd, const struct socket_state *state);

/* The same where the program bound it to an address that it has learned. */
int give_up_learned(int fd, const struct socket_state *state);
