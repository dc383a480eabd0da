/*
 * The configuration: srcaddr.conf(5) from its text to sections, rules and options. Knows no file, no process and no
 * socket; every function here is async-signal-safe.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "rules/diagnostic.h"
#include "rules/options.h"
#include "rules/rules.h"

#define CONFIG_FILE     "/etc/glusterfs/srcaddr.conf"
#define CONFIG_SIZE_MAX (64u << 20) /* bytes */

/* What is in force where CONFIG_FILE does not exist. */
#define CONFIG_BUILT_IN "[glusterd]\n::/0 = bind-address\n"

struct section {
    struct word names; /* the patterns between the brackets, in the parsed text */
    uint32_t line;
    uint32_t source_count;
    struct rules rules;     /* as rules_find() wants them */
    struct source *sources; /* of this section's rules */
};

struct config {
    struct options options;
    struct section *sections; /* in the order of the file */
    uint32_t section_count;
    void *memory; /* holds all of the above */
    size_t memory_size;
};

/*
 * Parses len bytes of text, which the sections point into: it must outlive *config. False if there is an error, or,
 * with line 0, no memory. Where true, give *config back with config_free().
 */
bool config_parse(const char *text, size_t len, struct config *config, struct diagnostic *diagnostic);
void config_free(struct config *config);

/* Whether one of the section's patterns matches name. */
bool section_matches(const struct section *section, const char *name);
