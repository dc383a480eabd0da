/* A configuration as it is in force for this process. Async-signal-safe. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/log.h"
#include "live/fileversion.h"
#include "live/load.h"
#include "rules/rules.h"

/* What it was made from: files, and glusterd's listener. */
struct origin {
    struct file_version config;
    bool has_volfile; /* a rule wants bind-address, and the file's path is absolute */
    struct file_version volfile;
    enum listener_place place;
    in_port_t port; /* where glusterd listens, host byte order */
    struct listener listener;
    struct file_version root; /* directory of the process */
};

/*
 * One section's rules, complete and never changed once made. published.h has a number that stands for the layout.
 *
 * A version of the configuration that has an error changes nothing but has_error, error and origin: the rest is
 * still the last good one, or, where there has been none, refuses all peers or is without rules.
 */
struct ruleset {
    size_t size;         /* bytes of memory that hold it and all that it points to */
    unsigned int slot;   /* published.h's */
    bool is_good;        /* there has been a good version */
    bool has_error;      /* in the latest version */
    bool is_provisional; /* the latest version may not be whole, or could not be read: to be read again */
    bool built_in;
    bool has_section;
    time_t modified; /* when the file had been, with neither built_in nor only errors: seconds since 1970 */
    bool refuse;     /* where a source can't be used; else connect as the kernel likes */
    struct log log;
    struct origin origin;          /* of the latest version */
    const char *file;              /* the configuration's path */
    const char *diagnostic;        /* in the latest version, "" if there is none */
    const struct process *process; /* its last member, volfile, cut off behind its end */
    struct rules rules;            /* none for a process without rules */
    uint32_t source_count;
    const struct source *sources;
};

/* Makes one from what load has read, where before is in force, or NULL. Returns NULL if there is no memory. */
struct ruleset *ruleset_make(const struct load *load, const struct ruleset *before);

void ruleset_free(struct ruleset *ruleset);

/* Whether both have the same effect, whichever files they come from. */
bool ruleset_same(const struct ruleset *a, const struct ruleset *b);

/* Whether both come from the same versions of the same files, and from the same listener. */
bool origin_same(const struct origin *a, const struct origin *b);
