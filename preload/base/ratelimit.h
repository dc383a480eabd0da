#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * True if a warning about peer may be logged now: at most one a minute for each peer, and for at most 1024 peers a
 * minute, to bound memory. now is in seconds of a monotonic clock, at least 1. Thread-safe and async-signal-safe.
 */
bool ratelimit_allows(const struct in6_addr *peer, uint32_t now);
