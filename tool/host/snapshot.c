#include "host/snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/glusterd.h"
#include "host/processes.h"
#include "host/resolve.h"
#include "live/listener.h"
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

bool peer_is_wrong(const struct seen_peer *peer)
{
    return !peer->is_in_cluster || peer->connected == CONNECTED_NO;
}

/* By process name, PID and peer. */
static int compare_dialled(const void *a, const void *b)
{
    const struct dialled *first = a;
    const struct dialled *second = b;
    const struct connection *left = &first->judged->connection;
    const struct connection *right = &second->judged->connection;
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
    bool has_verdict = !process->is_hidden && !process->has_error;

    snapshot->connections = check_alloc(reallocarray(snapshot->connections, count + 1, sizeof(*snapshot->connections)));
    for (size_t i = 0; i < process->connection_count; i++) {
        const struct judged *judged = &process->connections[i];

        snapshot->connections[snapshot->connection_count++] = (struct dialled){
            .process = process,
            .judged = judged,
            .verdict = !has_verdict       ? VERDICT_NONE
                       : judged->is_wrong ? VERDICT_WRONG
                                          : VERDICT_OK,
        };
    }
}

/* Whether glusterd, NULL if it does not run, is connected to the glusterd at peer. */
static bool has_dialled(const struct survey *glusterd, const struct in6_addr *peer)
{
    for (size_t i = 0; glusterd != NULL && i < glusterd->connection_count; i++) {
        const struct connection *connection = &glusterd->connections[i].connection;

        if (connection->established && connection->port == GLUSTERD_PORT && IN6_ARE_ADDR_EQUAL(&connection->peer, peer))
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
        const struct peer *peer = &peers->all[i];

        snapshot->peers[snapshot->peer_count++] = (struct seen_peer){
            .peer = peer,
            .is_in_cluster = strcmp(peer->state, PEER_IN_CLUSTER) == 0,
            .connected = snapshot->glusterd_is_hidden ? CONNECTED_UNKNOWN : is_connected(glusterd, peer),
        };
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
        qsort(snapshot->connections, snapshot->connection_count, sizeof(*snapshot->connections), compare_dialled);
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

size_t snapshot_count_faults(const struct snapshot *snapshot, enum fault fault)
{
    size_t count = 0;

    for (size_t i = 0; i < snapshot->process_count; i++)
        count += fault_of(snapshot->processes[i]) == fault ? 1 : 0;
    return count;
}

size_t snapshot_count_verdicts(const struct snapshot *snapshot, enum verdict verdict)
{
    size_t count = 0;

    for (size_t i = 0; i < snapshot->connection_count; i++)
        count += snapshot->connections[i].verdict == verdict ? 1 : 0;
    return count;
}

bool snapshot_is_wrong(const struct snapshot *snapshot)
{
    bool is_wrong = snapshot_count_faults(snapshot, FAULT_NONE) < snapshot->process_count ||
                    snapshot_count_verdicts(snapshot, VERDICT_WRONG) > 0;

    for (size_t i = 0; i < snapshot->peer_count; i++)
        is_wrong = is_wrong || peer_is_wrong(&snapshot->peers[i]);
    return is_wrong;
}
