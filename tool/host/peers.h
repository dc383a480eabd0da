/* glusterd's store of its peers: xlators/mgmt/glusterd/src/glusterd-store.c, glusterd_store_retrieve_peers(). */
#pragma once

#include <stddef.h>

#include "base/text.h"
#include "live/file.h"

#define WORKING_DIRECTORY "/var/lib/glusterd"
#define PEER_IN_CLUSTER   "Peer in Cluster"

struct peer_name {
    char *value;         /* an address or a host name */
    struct word word;    /* the same, in the file's text */
    unsigned int line;   /* in the file, from 1 */
    unsigned int column; /* in bytes, from 1 */
};

struct peer {
    char *path; /* of its file */
    struct file file;
    char *uuid;        /* the file's name */
    const char *state; /* in glusterd's words */
    struct peer_name *names;
    size_t name_count;
};

struct peers {
    struct peer *all; /* ordered by UUID */
    size_t count;
};

/* Parses the state and the names from peer->file. The names' words point into it. */
void peer_parse(struct peer *peer);
void peer_free(struct peer *peer);

/*
 * Reads the peers stored in glusterd's working directory. Like glusterd, it skips files not named by a UUID. Returns 0,
 * or an errno value: ENOENT if there is no store. If a file can't be read, the others are there all the same.
 */
int peers_read(const char *working_directory, struct peers *peers);
void peers_free(struct peers *peers);
