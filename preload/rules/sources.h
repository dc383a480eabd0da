/* Sources as in srcaddr.conf(5). Async-signal-safe. */
#pragma once

#include <stdbool.h>

#include "base/source.h"
#include "base/text.h"
#include "rules/diagnostic.h"

/*
 * Parses the source of the rule for network into all of *source: an address or a prefix as in source_parse(),
 * bind-address or none. Returns false after reporting an error in line.
 */
bool source_parse_for(const struct line *line, struct word word, const struct network *network, struct source *source);

/* Checks that source, written as word, can reach peers in network. Returns false after reporting an error in line. */
bool source_check_family(const struct line *line, struct word word, const struct network *network,
                         const struct source *source);

/*
 * Parses ADDRESS[%SCOPE] or ADDRESS[%SCOPE]/LENGTH (RFC 4007, 11.7) into all of *source. If that can't be a source,
 * fills in *diagnostic, with line 1, and returns false.
 */
bool source_parse(struct word word, struct source *source, struct diagnostic *diagnostic);
