/*
 * Reads files and queries sockets as another process sees them, for example one in a container. What runs in a
 * container is not trusted: resolve no names and load no libraries in there.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* Enters the process's root directory and network namespace, unless they are this one's. False if not permitted. */
bool namespace_enter(pid_t pid);

/* Returns to this process's own. Ends the command if that fails. */
void namespace_leave(void);
