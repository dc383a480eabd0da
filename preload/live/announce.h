#pragma once

#include "live/load.h"
#include "live/ruleset.h"

/* Logs what load has put in force, or its error; before was in force, or NULL. Async-signal-safe; changes errno. */
void announce(const struct load *load, const struct ruleset *before);
