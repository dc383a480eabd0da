/* Sources as srcaddr.conf(5) writes them. Async-signal-safe. */
#pragma once

#include <stdbool.h>

#include "base/source.h"
#include "base/text.h"
#include "rules/diagnostic.h"

/*
 * Parses the source of the rule for network into all of *source: an address or a prefix as source_parse() has it,
 * bind-address or none. False after an error, in line.
 */
bool source_parse_for(const struct line *line, struct word word, const struct network *network, struct source *source);

/* Whether peers in network can be reached from source, written as word. False after an error, in line. */
bool source_check_family(const struct line *line, struct word word, const struct network *network,
                         const struct source *source);

/*
 * Parses ADDRESS[%SCOPE] or ADDRESS[%SCOPE]/LENGTH (RFC 4007, 11.7) into all of *source. Where it can't be a source
 * returns false: *diagnostic then has its line, in line 1.
 */
bool source_parse(struct word word, struct source *source, struct diagnostic *diagnostic);
