/* Giving a socket the source that its rule wants, by bind(2) or by a move, and taking it back. Async-signal-safe. */
#pragma once

#include "rules/rules.h"
#include "socket/socket.h"

/*
 * Binds fd to source, or moves it there, unless the program chose the address that it has. fd is governed, idle and in
 * *state; source is not SOURCE_NONE. Returns 0, or an errno value if the source can't be used: fd is then unchanged.
 * *step says what was done, or tried last.
 */
int bind_to_source(int fd, const struct socket_state *state, const struct source *source, const char **step);

/*
 * Takes the address away from fd, idle and in *state, and leaves it its port, unless the program chose the address;
 * with learned_alone only one that the program had learned. Returns as bind_to_source() does.
 */
int unbind_source(int fd, const struct socket_state *state, bool learned_alone);
