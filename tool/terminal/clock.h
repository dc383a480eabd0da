#pragma once

#include <stdint.h>

/* Milliseconds of a clock that never goes back, and goes on while the machine sleeps. */
int64_t clock_now(void);
