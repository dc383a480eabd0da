#include "host/peers.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/word.h"
#include "terminal/command.h"

enum {
    PEER_FILE_MAX = 64 << 10, /* bytes */
    UUID_LEN = 36             /* RFC 4122, 3 */
};

/* glusterd_friend_sm_state_names, glusterd-sm.c */
static const char *const states[] = {
    "Establishing Connection",
    "Probe Sent to Peer",
    "Probe Received from Peer",
    PEER_IN_CLUSTER,
    "Accepted peer request",
    "Sent and Received peer request",
    "Peer Rejected",
    "Peer detach in progress",
    "Probe Received from peer",
    "Connected to Peer",
    "Peer is connected and Accepted",
};

static const char *state_of(const char *number)
{
    char *end;
    unsigned long state = strtoul(number, &end, 10);

    return end != number && state < sizeof(states) / sizeof(states[0]) ? states[state] : "Invalid State";
}

static bool is_uuid(const char *name)
{
    for (size_t i = 0; i < UUID_LEN; i++) {
        bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (name[i] == '\0' || (is_dash ? name[i] != '-' : strchr("0123456789abcdefABCDEF", name[i]) == NULL))
            return false;
    }
    return name[UUID_LEN] == '\0';
}

static int is_peer_file(const struct dirent *entry)
{
    return is_uuid(entry->d_name);
}

static void add_name(struct peer *peer, struct word value, unsigned int line, unsigned int column)
{
    peer->names = check_alloc(reallocarray(peer->names, peer->name_count + 1, sizeof(*peer->names)));
    peer->names[peer->name_count++] = (struct peer_name){
        .value = check_alloc(strndup(value.start, value.len)), .word = value, .line = line, .column = column};
}

/* KEY=VALUE. As in glusterd, any key that starts with "hostname" is a name. */
static void parse_line(struct peer *peer, struct word line, unsigned int number)
{
    struct word value = line;
    struct word key = word_split(&value, '=');
    char state[32];

    if (value.len > 0 && key.len >= 8 && strncmp(key.start, "hostname", 8) == 0)
        add_name(peer, value, number, (unsigned int)(value.start - line.start) + 1);
    if (!word_is(key, "state"))
        return;
    text_copy(state, sizeof(state), value);
    peer->state = state_of(state);
}

void peer_parse(struct peer *peer)
{
    struct word rest = {.start = peer->file.data, .len = peer->file.len};

    peer->state = states[0];
    for (unsigned int line = 1; rest.len > 0; line++)
        parse_line(peer, word_split(&rest, '\n'), line);
}

void peer_free(struct peer *peer)
{
    for (size_t i = 0; i < peer->name_count; i++)
        free(peer->names[i].value);
    free(peer->names);
    free(peer->path);
    free(peer->uuid);
    file_free(&peer->file);
}

static int read_peer(const char *directory, const char *name, struct peer *peer)
{
    char reason[256];
    struct text why = TEXT_IN(reason);
    int error;

    *peer = (struct peer){.path = xasprintf("%s/%s", directory, name), .uuid = check_alloc(strdup(name))};
    error = file_read(peer->path, PEER_FILE_MAX, FILE_OF_ANYBODY, &peer->file, &why);
    if (error == 0)
        peer_parse(peer);
    else
        peer_free(peer);
    return error;
}

/* Returns 0, or the errno value of the first file that can't be read. */
static int read_all(const char *directory, struct dirent **entries, size_t count, struct peers *peers)
{
    int first_error = 0;

    peers->all = check_alloc(calloc(count + 1, sizeof(*peers->all)));
    for (size_t i = 0; i < count; i++) {
        int error = read_peer(directory, entries[i]->d_name, &peers->all[peers->count]);

        if (error == 0)
            peers->count++;
        else if (first_error == 0)
            first_error = error;
        free(entries[i]);
    }
    free(entries);
    return first_error;
}

int peers_read(const char *working_directory, struct peers *peers)
{
    struct dirent **entries;
    char *directory = xasprintf("%s/peers", working_directory);
    int count;
    int error;

    *peers = (struct peers){.count = 0};
    count = scandir(directory, &entries, is_peer_file, alphasort);
    error = count < 0 ? errno : read_all(directory, entries, (size_t)count, peers);
    free(directory);
    return error;
}

void peers_free(struct peers *peers)
{
    for (size_t i = 0; i < peers->count; i++)
        peer_free(&peers->all[i]);
    free(peers->all);
}
