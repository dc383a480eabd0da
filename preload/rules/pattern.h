#pragma once

#include <stdbool.h>

#include "base/text.h"

/*
 * True if name matches the shell pattern: *, ?, [abc], [a-z], [!abc], and \ before a literal character. A [ without its
 * ] is literal. Compares bytes, whatever the locale: fnmatch(3) uses the locale and can allocate.
 */
bool pattern_matches(struct word pattern, const char *name);
