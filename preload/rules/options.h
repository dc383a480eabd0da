/* The section [options] of srcaddr.conf(5). Async-signal-safe. */
#pragma once

#include <limits.h>
#include <stdbool.h>

#include "base/log.h"
#include "base/text.h"
#include "rules/diagnostic.h"

#define CONFIG_LOG_FILE "/var/log/glusterfs/srcaddr.log"

struct options {
    bool refuse; /* the connect, if its source is unavailable; else the kernel chooses */
    enum log_level log_level;
    char log_file[PATH_MAX];
};

enum config_option { OPTION_UNAVAILABLE, OPTION_LOG_FILE, OPTION_LOG_LEVEL, OPTION_COUNT };

/* What has been parsed of the section. */
struct options_read {
    struct options *options;
    unsigned int line[OPTION_COUNT]; /* of each option, 0 if not seen */
};

void options_set_defaults(struct options *options);

/* Parses one option. Returns false after reporting an error in line. */
bool options_parse(const struct line *line, struct options_read *read, struct word key, struct word value);

bool options_has(struct word name);
