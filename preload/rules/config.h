/*
 * The configuration: srcaddr.conf(5) from its text to sections, rules and options. Knows no file, no process and no
 * socket; every function here is async-signal-safe.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "base/text.h"
#include "rules/rules.h"

#define CONFIG_FILE     "/etc/glusterfs/srcaddr.conf"
#define CONFIG_LOG_FILE "/var/log/glusterfs/srcaddr.log"
#define CONFIG_SIZE_MAX (64u << 20) /* bytes */

/* What is in force where CONFIG_FILE does not exist. */
#define CONFIG_BUILT_IN "[glusterd]\n::/0 = bind-address\n"

struct options {
    bool refuse; /* what to do if a source is unavailable; else connect as the kernel likes */
    enum log_level log_level;
    char log_file[PATH_MAX];
};

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

/* Where in a text the mistake is, counted from 1, columns in bytes; and what was found and what would be right. */
struct mistake {
    unsigned int line;
    unsigned int column;
    char message[512];
};

/* Fills in *mistake, format as text_format() has it. Returns false, for the caller to. */
bool mistake_at(struct mistake *mistake, unsigned int line, unsigned int column, const char *format, ...);

/*
 * Parses len bytes of text, which the sections point into: it must outlive *config. False if there is a mistake, or,
 * with line 0, no memory. Where true, give *config back with config_free().
 */
bool config_parse(const char *text, size_t len, struct config *config, struct mistake *mistake);
void config_free(struct config *config);

/* Whether one of the section's patterns matches name. */
bool section_matches(const struct section *section, const char *name);

/*
 * Parses ADDRESS[%SCOPE] or ADDRESS[%SCOPE]/LENGTH (RFC 4007, 11.7) into all of *source. Where it can't be a source
 * returns false: *mistake then has its place, in line 1.
 */
bool source_parse(struct word word, struct source *source, struct mistake *mistake);
