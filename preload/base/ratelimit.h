#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Whether a warning about peer may be logged now: at most one a minute for each peer, and for at most 1024 peers a
 * minute, so that memory is bounded. now is in seconds, from 1, of a monotonic clock. Thread-safe and
 * async-signal-safe.
 */
bool ratelimit_allows(const struct in6_addr *peer, uint32_t now);
