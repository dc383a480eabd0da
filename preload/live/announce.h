#pragma once

#include "live/active.h"
#include "live/load.h"

/*
 * Logs what load has put in force for this process, or the mistake for which it did not, in the place of before, NULL
 * if that was nothing. Async-signal-safe; changes errno.
 */
void announce(const struct load *load, const struct active *before);
