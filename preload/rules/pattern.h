#pragma once

#include <stdbool.h>

#include "base/text.h"

/*
 * Whether name matches the shell pattern: *, ?, [abc], [a-z], [!abc], and \ before a character that stands for itself.
 * A [ without its ] stands for itself. Bytes, whatever the locale: fnmatch(3) asks the locale and can allocate.
 */
bool pattern_matches(struct word pattern, const char *name);
