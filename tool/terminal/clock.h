#pragma once

#include <stdint.h>

/* Milliseconds of CLOCK_BOOTTIME: monotonic, and goes on while the machine is suspended. */
int64_t clock_now(void);
