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

/* What is wrong with a peer. */
enum peer_fault {
    PEER_FAULT_NONE,
    PEER_OUTSIDE, /* it is not in the cluster */
    PEER_DISCONNECTED,
};

enum connected { CONNECTED_NO, CONNECTED_YES, CONNECTED_UNKNOWN };

struct seen_peer {
    const struct peer *peer;
    enum peer_fault fault;
    enum connected connected; /* this host's glusterd to the peer */
};

struct snapshot {
    time_t time;
    struct survey **processes; /* ordered by PID */
    size_t process_count;
    size_t faults[FAULT_LIBRARY + 1];  /* how many processes have each */
    const struct judged **connections; /* ordered by process name, PID and peer */
    size_t connection_count;
    size_t verdicts[VERDICT_WRONG + 1]; /* how many connections have each */
    struct seen_peer *peers;            /* of every glusterd that runs; if none does, this host's */
    size_t peer_count;
    size_t peer_faults[PEER_DISCONNECTED + 1]; /* how many peers have each */
    struct peers own_peers;                    /* this host's store, if no glusterd runs */
    size_t hidden;                             /* processes that this user may not inspect */
    bool sees_own_only;                        /* /proc shows only this user's processes: proc(5), hidepid */
    bool glusterd_is_hidden;
    bool store_is_hidden;
};

void snapshot_take(struct snapshot *snapshot);
void snapshot_free(struct snapshot *snapshot);

/* Whether all processes were visible, and could be inspected. */
bool snapshot_is_complete(const struct snapshot *snapshot);

enum fault fault_of(const struct survey *process);

bool snapshot_is_wrong(const struct snapshot *snapshot);
