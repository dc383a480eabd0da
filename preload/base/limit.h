#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Whether a warning about peer may be logged now: at most once a minute for each peer, and, so that the memory for this
 * is bounded, for at most 1024 peers a minute. now is in seconds of a clock that never goes back, from 1. Thread-safe
 * and async-signal-safe.
 */
bool limit_allows(const struct in6_addr *peer, uint32_t now);
