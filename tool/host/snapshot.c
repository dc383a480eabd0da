#include "host/snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/glusterd.h"
#include "host/processes.h"
#include "host/resolve.h"
#include "rules/volfile.h"
#include "terminal/command.h"

bool snapshot_is_complete(const struct snapshot *snapshot)
{
    return snapshot->hidden == 0 && !snapshot->sees_own_only;
}

enum fault fault_of(const struct survey *process)
{
    const struct loaded *loaded = &process->loaded;

    if (process->has_error || loaded->in_force == IN_FORCE_NOTHING || loaded->in_force == IN_FORCE_REFUSAL)
        return FAULT_CONFIGURATION;
    return process->has_section && loaded->library == LIBRARY_ABSENT ? FAULT_LIBRARY : FAULT_NONE;
}

/* By process name, PID and peer. */
static int compare_judged(const void *a, const void *b)
{
    const struct judged *first = *(const struct judged *const *)a;
    const struct judged *second = *(const struct judged *const *)b;
    const struct connection *left = &first->connection;
    const struct connection *right = &second->connection;
    pid_t left_pid = first->process->running.pid;
    pid_t right_pid = second->process->running.pid;
    int order = strcmp(process_name(&first->process->running.process), process_name(&second->process->running.process));

    if (order == 0)
        order = (left_pid > right_pid) - (left_pid < right_pid);
    if (order == 0)
        order = memcmp(&left->peer, &right->peer, sizeof(left->peer));
    if (order == 0)
        order = (left->port > right->port) - (left->port < right->port);
    return order != 0 ? order : memcmp(&left->source, &right->source, sizeof(left->source));
}

static void add_connections(struct snapshot *snapshot, const struct survey *process)
{
    size_t count = snapshot->connection_count + process->connection_count;

    snapshot->connections = check_alloc(reallocarray(snapshot->connections, count + 1, sizeof(struct judged *)));
    for (size_t i = 0; i < process->connection_count; i++) {
        snapshot->connections[snapshot->connection_count++] = &process->connections[i];
        snapshot->verdicts[process->connections[i].verdict]++;
    }
}

/* Whether glusterd, NULL if it does not run, is connected to the glusterd at peer. */
static bool has_dialled(const struct survey *glusterd, const struct in6_addr *peer)
{
    for (size_t i = 0; glusterd != NULL && i < glusterd->connection_count; i++) {
        const struct connection *connection = &glusterd->connections[i].connection;

        if (connection->state == TCP_ESTABLISHED && connection->port == GLUSTERD_PORT &&
            IN6_ARE_ADDR_EQUAL(&connection->peer, peer))
            return true;
    }
    return false;
}

/*
 * Whether glusterd, if it runs, is connected to an address of the peer. Unknown if none of its names resolves, or if it
 * has an IPv4 address, because IPv4 connections are not read.
 */
static enum connected is_connected(const struct survey *glusterd, const struct peer *peer)
{
    bool is_unknown = true;
    bool has_ipv4 = false;

    for (size_t i = 0; i < peer->name_count; i++) {
        size_t count;
        struct sockaddr_in6 *addresses = resolve_any(peer->names[i].value, &count);
        bool is_dialled = false;

        for (size_t j = 0; j < count; j++) {
            is_dialled = is_dialled || has_dialled(glusterd, &addresses[j].sin6_addr);
            has_ipv4 = has_ipv4 || IN6_IS_ADDR_V4MAPPED(&addresses[j].sin6_addr);
        }
        free(addresses);
        if (is_dialled)
            return CONNECTED_YES;
        is_unknown = is_unknown && count == 0;
    }
    return is_unknown || (has_ipv4 && glusterd != NULL) ? CONNECTED_UNKNOWN : CONNECTED_NO;
}

static void add_store(struct snapshot *snapshot, const struct survey *glusterd, const struct peers *peers, int error)
{
    snapshot->peers =
        check_alloc(reallocarray(snapshot->peers, snapshot->peer_count + peers->count + 1, sizeof(*snapshot->peers)));
    for (size_t i = 0; i < peers->count; i++) {
        struct seen_peer *seen = &snapshot->peers[snapshot->peer_count++];

        seen->peer = &peers->all[i];
        seen->connected = snapshot->glusterd_is_hidden ? CONNECTED_UNKNOWN : is_connected(glusterd, seen->peer);
        seen->fault = strcmp(seen->peer->state, PEER_IN_CLUSTER) != 0 ? PEER_OUTSIDE
                      : seen->connected == CONNECTED_NO               ? PEER_DISCONNECTED
                                                                      : PEER_FAULT_NONE;
        snapshot->peer_faults[seen->fault]++;
    }
    snapshot->store_is_hidden = snapshot->store_is_hidden || (error != 0 && error != ENOENT);
}

/* This host's store, where no glusterd runs. */
static void add_own_store(struct snapshot *snapshot)
{
    char *directory = own_working_directory();
    int error = peers_read(directory, &snapshot->own_peers);

    add_store(snapshot, NULL, &snapshot->own_peers, error);
    free(directory);
}

/* Returns whether the process is a glusterd whose store could be read. */
static bool add_process(struct snapshot *snapshot, struct survey *process)
{
    snapshot->processes[snapshot->process_count++] = process;
    snapshot->faults[fault_of(process)]++;
    snapshot->hidden += process->is_hidden ? 1 : 0;
    add_connections(snapshot, process);
    if (!process->is_glusterd)
        return false;
    if (process->is_hidden)
        snapshot->glusterd_is_hidden = true;
    else
        add_store(snapshot, process, &process->peers, process->peers_error);
    return !process->is_hidden;
}

void snapshot_take(struct snapshot *snapshot)
{
    size_t count;
    struct running *all = running_all(&count);
    bool has_store = false;

    *snapshot =
        (struct snapshot){.time = time(NULL), .processes = check_alloc(calloc(count + 1, sizeof(struct survey *)))};
    for (size_t i = 0; i < count; i++) {
        struct survey *process = check_alloc(calloc(1, sizeof(*process)));

        if (!survey_process(&all[i], process))
            free(process);
        else if (add_process(snapshot, process))
            has_store = true;
    }
    snapshot->sees_own_only = access("/proc/1", F_OK) != 0; /* PID 1 always exists */
    if (snapshot->connection_count > 0)
        qsort(snapshot->connections, snapshot->connection_count, sizeof(struct judged *), compare_judged);
    if (!has_store)
        add_own_store(snapshot);
    connections_forget();
    free(all);
}

void snapshot_free(struct snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->process_count; i++) {
        survey_free(snapshot->processes[i]);
        free(snapshot->processes[i]);
    }
    free(snapshot->processes);
    free(snapshot->connections);
    free(snapshot->peers);
    peers_free(&snapshot->own_peers);
}

bool snapshot_is_wrong(const struct snapshot *snapshot)
{
    return snapshot->faults[FAULT_NONE] < snapshot->process_count || snapshot->verdicts[VERDICT_WRONG] > 0 ||
           snapshot->peer_faults[PEER_FAULT_NONE] < snapshot->peer_count;
}
