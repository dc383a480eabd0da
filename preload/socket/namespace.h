#pragma once

#include <stdbool.h>

/* True if both sockets are in the same network namespace, or if that is unknown. Changes errno. Async-signal-safe. */
bool namespace_same(int fd, int other);
