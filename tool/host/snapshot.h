/* A snapshot of what GlusterFS does on this host and in its containers. status prints it in several forms. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "host/peers.h"
#include "host/survey.h"

/* What is wrong with a process. */
enum fault {
    FAULT_NONE,
    FAULT_CONFIGURATION, /* its configuration has an error */
    FAULT_LIBRARY,       /* it has rules, but not the library */
};

enum verdict {
    VERDICT_OK,
    VERDICT_WRONG,
    VERDICT_NONE, /* the wanted source is not known */
};

enum connected { CONNECTED_NO, CONNECTED_YES, CONNECTED_UNKNOWN };

struct dialled {
    const struct survey *process;
    const struct judged *judged;
    enum verdict verdict;
};

struct seen_peer {
    const struct peer *peer;
    bool is_in_cluster;
    enum connected connected; /* this host's glusterd to the peer */
};

struct snapshot {
    time_t time;
    struct survey **processes; /* ordered by PID */
    size_t process_count;
    struct dialled *connections; /* ordered by process name, PID and peer */
    size_t connection_count;
    struct seen_peer *peers; /* of every glusterd that runs; if none does, this host's */
    size_t peer_count;
    struct peers own_peers; /* this host's store, if no glusterd runs */
    size_t hidden;          /* processes that this user may not inspect */
    bool sees_own_only;     /* /proc shows only this user's processes: proc(5), hidepid */
    bool glusterd_is_hidden;
    bool store_is_hidden;
};

void snapshot_take(struct snapshot *snapshot);
void snapshot_free(struct snapshot *snapshot);

/* Whether all processes were visible, and could be inspected. */
bool snapshot_is_complete(const struct snapshot *snapshot);

enum fault fault_of(const struct survey *process);
bool peer_is_wrong(const struct seen_peer *peer);

size_t snapshot_count_faults(const struct snapshot *snapshot, enum fault fault);
size_t snapshot_count_verdicts(const struct snapshot *snapshot, enum verdict verdict);

bool snapshot_is_wrong(const struct snapshot *snapshot);
