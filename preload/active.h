#ifndef SRCADDR_ACTIVE_H
#define SRCADDR_ACTIVE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "log.h"
#include "rules.h"

/*
 * The name and type of the note by which glusterd-srcaddr finds struct active in the memory of a process. The type
 * stands for the struct's layout and is to be changed with it: the process can have a library of another version.
 */
#define ACTIVE_NOTE_NAME "SrcAddr"
#define ACTIVE_NOTE_TYPE 1

/* The configuration as it is in force for this process: one section's rules, complete and never changed once made. */
struct active {
    bool has_mistake; /* in the configuration, so that there are no rules */
    time_t modified;  /* the file's, seconds since 1970; 0 for the built-in configuration */
    struct log log;
    bool refuse;      /* where a source can't be used; else connect as the kernel likes */
    const char *file; /* that the rules are from */
    const struct rule *rules;
    uint32_t rule_count; /* 0 for a process without rules */
    const struct source *sources;
};

/* NULL before active_load() has succeeded. Async-signal-safe and thread-safe, as all here. */
const struct active *active_get(void);

/*
 * Reads the configuration and logs, once for this process, which section is in force, or the mistake for which none is.
 * Threads, signal handlers and forked children may do so at once; the first one that is done wins. Thread cancellation
 * must be disabled. Returns 0, or ENOMEM, EMFILE or ENFILE: what is in force is then not known, and the next call tries
 * again.
 */
int active_load(const struct active **active);

#endif
