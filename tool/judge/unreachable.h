#pragma once

#include <stdbool.h>

/*
 * glusterd-srcaddr repair: prints the peers that do not answer at the name that this host's glusterd dials, and the
 * addresses connected to it under which no peer is stored. An error ends the command. Returns the exit status.
 */
int print_unreachable(bool json);
