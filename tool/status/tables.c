#include "status/tables.h"

#include <stdio.h>

#include "base/word.h"
#include "terminal/table.h"

static const struct column process_columns[] = {
    {"PID", "pid", COLUMN_NUMBER},       {"PROCESS", "process", COLUMN_TEXT},
    {"LIBRARY", "library", COLUMN_TEXT}, {"CONFIGURATION", "configuration", COLUMN_TEXT},
    {NULL, "file", COLUMN_TEXT},         {"WRITTEN", "written", COLUMN_TEXT},
    {"NOTE", "note", COLUMN_TEXT},
};

static const struct column connection_columns[] = {
    {"PID", "pid", COLUMN_NUMBER},     {"PROCESS", "process", COLUMN_TEXT},   {"PEER", "peer", COLUMN_TEXT},
    {"PORT", "port", COLUMN_NUMBER},   {"STATE", "established", COLUMN_TEXT}, {"SOURCE", "source", COLUMN_TEXT},
    {"WANTED", "wanted", COLUMN_TEXT}, {"VERDICT", "verdict", COLUMN_TEXT},
};

static const struct column peer_columns[] = {
    {"UUID", "uuid", COLUMN_TEXT},
    {"NAMES", "names", COLUMN_TEXT},
    {"STATE", "state", COLUMN_TEXT},
    {"CONNECTED", "connected", COLUMN_TEXT},
};

static struct cell library_of(const struct loaded *loaded)
{
    switch (loaded->library) {
    case LIBRARY_ABSENT:
        return cell_named("not_preloaded", "not preloaded");
    case LIBRARY_LOADED:
        return cell_text("loaded");
    case LIBRARY_REPLACED:
        return cell_named("replaced", "loaded, replaced since");
    default:
        return cell_text(NULL);
    }
}

static struct cell configuration_of(const struct loaded *loaded)
{
    switch (loaded->in_force) {
    case IN_FORCE_FILE:
        return cell_named("file", loaded->file);
    case IN_FORCE_BUILT_IN:
        return cell_named("built_in", "built in");
    case IN_FORCE_NOT_READ:
        return cell_named("not_read", "not read yet");
    case IN_FORCE_NO_RULES:
        return cell_named("no_rules", "no rules");
    case IN_FORCE_NOTHING:
        return cell_named("error_no_rules", "error: no rules");
    case IN_FORCE_REFUSAL:
        return cell_named("error_refused", "error: peers refused");
    default:
        return cell_text(NULL);
    }
}

/* The built-in configuration has no file. */
static struct cell file_of(const struct loaded *loaded)
{
    return cell_text(loaded->file[0] != '\0' && loaded->in_force != IN_FORCE_BUILT_IN ? loaded->file : NULL);
}

static struct cell note_on(const struct survey *process)
{
    if (process->is_hidden)
        return cell_named("hidden", "permission denied (run as root)");
    if (process->has_error)
        return cell_named("error", "configuration error: run glusterd-srcaddr check");
    if (fault_of(process) == FAULT_LIBRARY)
        return cell_named("no_library", "rules apply, but the library is not loaded: restart it");
    if (process->has_changed)
        return cell_named("changed", "configuration changed since it was read");
    return cell_text(NULL);
}

static void add_process(struct table *table, const struct survey *process)
{
    const struct loaded *loaded = &process->loaded;

    table_add(table, (const struct cell[]){
                         cell_number(process->running.pid),
                         cell_text(process_name(&process->running.process)),
                         cell_colored(library_of(loaded), fault_of(process) != FAULT_NONE ? "red" : NULL),
                         configuration_of(loaded),
                         file_of(loaded),
                         loaded->in_force == IN_FORCE_FILE ? cell_time(loaded->modified) : cell_text(NULL),
                         note_on(process),
                     });
}

static struct cell verdict_in_words(enum verdict verdict)
{
    if (verdict == VERDICT_NONE)
        return cell_text(NULL);
    return verdict == VERDICT_WRONG ? cell_colored(cell_named("wrong", "WRONG"), "red")
                                    : cell_colored(cell_text("ok"), "green");
}

static void add_connection(struct table *table, const struct judged *judged)
{
    const struct running *running = &judged->process->running;
    const struct connection *connection = &judged->connection;
    bool established = connection->state == TCP_ESTABLISHED;

    table_add(table, (const struct cell[]){
                         cell_number(running->pid),
                         cell_text(process_name(&running->process)),
                         cell_address(&connection->peer),
                         cell_number(connection->port),
                         cell_shown(cell_truth(established), "%s", established ? "established" : "connecting"),
                         cell_address(&connection->source),
                         cell_text(judged->wanted.data[0] != '\0' ? judged->wanted.data : NULL),
                         verdict_in_words(judged->verdict),
                     });
}

static struct cell names_of(const struct peer *peer)
{
    struct cell names = cell_list();

    for (size_t i = 0; i < peer->name_count; i++)
        cell_list_add(&names, word_of(peer->names[i].value));
    return names;
}

static void add_peer(struct table *table, const struct seen_peer *seen)
{
    bool is_connected = seen->connected == CONNECTED_YES;

    table_add(table, (const struct cell[]){
                         cell_text(seen->peer->uuid),
                         names_of(seen->peer),
                         cell_colored(cell_text(seen->peer->state), seen->fault == PEER_OUTSIDE ? "red" : "green"),
                         seen->connected == CONNECTED_UNKNOWN
                             ? cell_text(NULL)
                             : cell_colored(cell_truth(is_connected), is_connected ? "green" : "red"),
                     });
}

static struct table *processes_of(const struct snapshot *snapshot, bool only_wrong)
{
    struct table *table = table_new("processes", process_columns, sizeof(process_columns) / sizeof(process_columns[0]));

    for (size_t i = 0; i < snapshot->process_count; i++)
        if (!only_wrong || fault_of(snapshot->processes[i]) != FAULT_NONE)
            add_process(table, snapshot->processes[i]);
    return table;
}

static struct table *connections_of(const struct snapshot *snapshot, bool only_wrong)
{
    struct table *table =
        table_new("connections", connection_columns, sizeof(connection_columns) / sizeof(connection_columns[0]));

    for (size_t i = 0; i < snapshot->connection_count; i++)
        if (!only_wrong || snapshot->connections[i]->verdict == VERDICT_WRONG)
            add_connection(table, snapshot->connections[i]);
    return table;
}

static struct table *peers_of(const struct snapshot *snapshot, bool only_wrong)
{
    struct table *table = table_new("peers", peer_columns, sizeof(peer_columns) / sizeof(peer_columns[0]));

    for (size_t i = 0; i < snapshot->peer_count; i++)
        if (!only_wrong || snapshot->peers[i].fault != PEER_FAULT_NONE)
            add_peer(table, &snapshot->peers[i]);
    return table;
}

/* Printed below the tables, which may all be empty. */
static void print_summary(const struct snapshot *snapshot, bool has_rows)
{
    size_t unjudged = snapshot->verdicts[VERDICT_NONE];

    if (snapshot->connection_count == 0)
        return;
    printf("%s%zu connection%s, %zu wrong", has_rows ? "\n" : "", snapshot->connection_count,
           snapshot->connection_count == 1 ? "" : "s", snapshot->verdicts[VERDICT_WRONG]);
    if (unjudged > 0)
        printf(", %zu without a verdict", unjudged);
    fputc('\n', stdout);
}

static void print_what_is_missing(const struct snapshot *snapshot)
{
    fflush(stdout);
    if (snapshot->sees_own_only)
        fprintf(stderr, "Only this user's processes are visible in /proc; run as root to see all.\n");
    else if (snapshot->process_count == 0)
        fprintf(stderr, "No GlusterFS process is running, and none with the library.\n");
    if (snapshot->hidden > 0)
        fprintf(stderr, "%zu of %zu processes: permission denied; run as root to see all.\n", snapshot->hidden,
                snapshot->process_count);
    if (snapshot->store_is_hidden)
        fprintf(stderr, "Peers in glusterd's store: permission denied; run as root to see them.\n");
}

void snapshot_print_tables(const struct snapshot *snapshot, bool json, bool only_wrong)
{
    struct table *tables[] = {processes_of(snapshot, only_wrong), connections_of(snapshot, only_wrong),
                              peers_of(snapshot, only_wrong)};
    bool has_rows = table_rows(tables[0]) + table_rows(tables[1]) + table_rows(tables[2]) > 0;

    tables_print(tables, 3, json);
    if (!json)
        print_summary(snapshot, has_rows);
    print_what_is_missing(snapshot);
    for (size_t i = 0; i < 3; i++)
        table_free(tables[i]);
}
