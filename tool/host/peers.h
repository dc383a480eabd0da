/* glusterd's own store of its peers: xlators/mgmt/glusterd/src/glusterd-store.c, glusterd_store_retrieve_peers(). */
#pragma once

#include <stddef.h>

#include "base/text.h"
#include "live/file.h"

#define WORKING_DIRECTORY "/var/lib/glusterd"
#define PEER_IN_CLUSTER   "Peer in Cluster"

struct peer_name {
    char *value;         /* an address or a host name */
    struct word word;    /* the same in the file's text */
    unsigned int line;   /* where it stands, from 1 */
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
    struct peer *all; /* in the order of their UUIDs */
    size_t count;
};

/* Takes the state and the names from the peer's file, which the names then point into. */
void peer_parse(struct peer *peer);
void peer_free(struct peer *peer);

/*
 * Reads the peers stored in the glusterd working directory. A file that is not named by a UUID, which glusterd passes
 * over too, is none. Returns 0, or an errno value: ENOENT where there is no store; of a file that can't be read, the
 * others are there.
 */
int peers_read(const char *working_directory, struct peers *peers);
void peers_free(struct peers *peers);
