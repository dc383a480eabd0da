/* Binds a socket to the source that its rule wants, by bind(2) or by a move, and unbinds it. Async-signal-safe. */
#pragma once

#include "rules/rules.h"
#include "socket/socket.h"

/*
 * Binds fd to source, or moves it there, unless the program chose its address. fd is governed and idle, and *state is
 * its state; source is not SOURCE_NONE. Returns 0, or an errno value if the source can't be used: fd is then unchanged.
 * *step says what was done, or tried last.
 */
int bind_to_source(int fd, const struct socket_state *state, const struct source *source, const char **step);

/*
 * Unbinds fd, idle and in *state, from its address but keeps its port, unless the program chose the address; with
 * learned_only, only if the program had learned it. Returns the same as bind_to_source().
 */
int unbind_source(int fd, const struct socket_state *state, bool learned_only);
