#pragma once

#include <stdbool.h>

/* Whether both are of the same network namespace; also where nothing tells. Changes errno. Async-signal-safe. */
bool namespace_same(int fd, int other);
