/* Parses srcaddr.conf(5) into sections, rules and options. Knows no file, process or socket. Async-signal-safe. */
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

/* In force if CONFIG_FILE does not exist. */
#define CONFIG_BUILT_IN "[glusterd]\n::/0 = bind-address\n"

struct section {
    struct word names; /* the patterns between the brackets, part of the parsed text */
    uint32_t line;
    uint32_t source_count;
    struct rules rules;     /* ready for rules_find() */
    struct source *sources; /* of this section's rules */
};

struct config {
    struct options options;
    struct section *sections; /* in the order of the file */
    uint32_t section_count;
    void *memory; /* holds sections, rules and sources */
    size_t memory_size;
};

/*
 * Parses len bytes of text. The text must outlive *config, whose sections point into it. Returns false after an error,
 * or if there is no memory; *diagnostic then has line 0. If true, free *config with config_free().
 */
bool config_parse(const char *text, size_t len, struct config *config, struct diagnostic *diagnostic);
void config_free(struct config *config);

/* True if one of the section's patterns matches name. */
bool section_matches(const struct section *section, const char *name);
