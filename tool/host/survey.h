/* One process as it is, and as its configuration wants it to be. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "host/connections.h"
#include "host/hostsource.h"
#include "host/loaded.h"
#include "host/peers.h"
#include "host/processes.h"

enum verdict {
    VERDICT_NONE, /* the wanted source is not known */
    VERDICT_OK,
    VERDICT_WRONG,
};

struct judged {
    const struct survey *process;
    struct connection connection;
    enum verdict verdict;
    struct source_name wanted; /* empty if it may be any */
};

struct survey {
    struct running running;
    struct loaded loaded;
    bool is_hidden;   /* this user may not read its configuration or its connections */
    bool has_error;   /* in its configuration as written now: then no source is wanted */
    bool has_section; /* in its configuration as written now */
    bool has_changed; /* the configuration, since the process read it */
    struct judged *connections;
    size_t connection_count;
    bool is_glusterd;
    struct peers peers; /* of its store, if it is glusterd */
    int peers_error;    /* from peers_read() */
};

/*
 * True if running is a process of GlusterFS or has the library, and still exists. Only then *survey is filled in; free
 * it with survey_free().
 */
bool survey_process(const struct running *running, struct survey *survey);
void survey_free(struct survey *survey);
