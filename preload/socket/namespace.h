#pragma once

#include <stdbool.h>

/*
 * Whether two sockets are of the same network namespace: a thread can have changed its own since it made one. True also
 * where nothing tells, before Linux 5.14 without CAP_NET_ADMIN. Changes errno. Async-signal-safe.
 */
bool namespace_same(int fd, int other);
