/*
 * Looking at files and network as another process does, one in a container for example. Only files are to be read
 * there, and sockets asked: what runs in a container is not to be trusted, so neither names resolved nor libraries
 * loaded.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* Where root directory and network namespace are this process's own, nothing changes. False if this user may not. */
bool namespace_enter(pid_t pid);

/* Back to this process's own; ends the command if there is no way back. */
void namespace_leave(void);
