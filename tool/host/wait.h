#pragma once

#include <stdint.h>

/* A descriptor by which the kernel tells of changes of the host's addresses and interfaces; -1 with errno set. */
int address_changes(void);

/* Waits for a change, until deadline, by clock_now(), at most. Misses none since address_changes() or the last call. */
void wait_for_change(int changes, int64_t deadline);
