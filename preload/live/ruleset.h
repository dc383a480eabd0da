/* What a configuration means for this process. Async-signal-safe. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/log.h"
#include "live/fileversion.h"
#include "live/load.h"
#include "rules/rules.h"

/* What a ruleset was made from: files, and glusterd's listener. */
struct origin {
    struct file_version config;
    bool has_volfile; /* a rule wants bind-address, and the file's path is absolute */
    struct file_version volfile;
    enum listener_place place;
    in_port_t port; /* where glusterd listens, host byte order */
    struct listener listener;
    struct file_version root; /* the process's root directory */
};

/*
 * One section's rules, never changed once made. PUBLISHED_NOTE_TYPE stands for the layout.
 *
 * A version with an error changes only has_error, diagnostic, is_provisional and origin. The rest stays that of the
 * last good version; if there has been none, it refuses all peers or has no rules.
 */
struct ruleset {
    size_t size;         /* bytes of memory, including all that it points to */
    unsigned int slot;   /* published.h's */
    bool is_good;        /* there has been a good version */
    bool has_error;      /* in the latest version */
    bool is_provisional; /* the latest version may be incomplete, or could not be read: read it again */
    bool built_in;
    bool has_section;
    time_t modified; /* mtime of the file, seconds since 1970; meaningless if built_in or not is_good */
    bool refuse;     /* if a source can't be used; else the kernel chooses */
    struct log log;
    struct origin origin;          /* of the latest version */
    const char *file;              /* the configuration's path */
    const char *diagnostic;        /* in the latest version, "" if none */
    const struct process *process; /* truncated after the string in volfile, its last member */
    struct rules rules;            /* none for a process without rules */
    uint32_t source_count;
    const struct source *sources;
};

/* Makes a ruleset from what load has read; before is in force, or NULL. Returns NULL if there is no memory. */
struct ruleset *ruleset_make(const struct load *load, const struct ruleset *before);

void ruleset_free(struct ruleset *ruleset);

/* True if both have the same effect, whichever files they come from. */
bool ruleset_same(const struct ruleset *a, const struct ruleset *b);

/* True if both come from the same versions of the same files, and from the same listener. */
bool origin_same(const struct origin *a, const struct origin *b);
