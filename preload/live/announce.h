#pragma once

#include "live/load.h"
#include "live/ruleset.h"

/* Logs the ruleset made from load, or load's error; before was in force, or NULL. Async-signal-safe; changes errno. */
void announce(const struct load *load, const struct ruleset *before);
