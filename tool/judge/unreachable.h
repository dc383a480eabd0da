#pragma once

#include <stdbool.h>

/*
 * glusterd-srcaddr repair: prints the peers that this host's glusterd can't reach under the name that it dials, and who
 * is connected to it without being known. What goes wrong ends the command. Returns the exit status.
 */
int print_unreachable(bool json);
