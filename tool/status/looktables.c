#include "status/looktables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "terminal/command.h"
#include "terminal/table.h"

enum { LIBRARY = 2, VERDICT = 7, PEER_STATE = 2, CONNECTED = 3 }; /* cells with colours */

static const struct column process_columns[] = {
    {"PID", COLUMN_NUMBER},         {"PROCESS", COLUMN_TEXT}, {"LIBRARY", COLUMN_TEXT},
    {"CONFIGURATION", COLUMN_TEXT}, {"WRITTEN", COLUMN_TEXT}, {"NOTE", COLUMN_TEXT},
};

static const struct column connection_columns[] = {
    {"PID", COLUMN_NUMBER}, {"PROCESS", COLUMN_TEXT}, {"PEER", COLUMN_TEXT},   {"PORT", COLUMN_NUMBER},
    {"STATE", COLUMN_TEXT}, {"SOURCE", COLUMN_TEXT},  {"WANTED", COLUMN_TEXT}, {"VERDICT", COLUMN_TEXT},
};

static const struct column peer_columns[] = {
    {"UUID", COLUMN_TEXT},
    {"NAMES", COLUMN_TEXT},
    {"STATE", COLUMN_TEXT},
    {"CONNECTED", COLUMN_TEXT},
};

/* A cell's text, from printf(3)'s format; valid until the same cell is made anew. */
struct cell {
    char data[128];
};

static const char *number(struct cell *cell, long value)
{
    (void)snprintf(cell->data, sizeof(cell->data), "%ld", value);
    return cell->data;
}

static const char *address(struct cell *cell, const struct in6_addr *in6)
{
    struct text text = TEXT_IN(cell->data);

    text_format(&text, "%A", in6);
    return cell->data;
}

static const char *time_in_words(struct cell *cell, time_t time)
{
    struct tm local;

    if (localtime_r(&time, &local) == NULL || strftime(cell->data, sizeof(cell->data), "%F %T %z", &local) == 0)
        return NULL;
    return cell->data;
}

static const char *library_in_words(const struct loaded *loaded)
{
    static const char *const words[] = {
        [LIBRARY_UNKNOWN] = NULL,
        [LIBRARY_ABSENT] = "not preloaded",
        [LIBRARY_LOADED] = "loaded",
        [LIBRARY_REPLACED] = "loaded, replaced since",
    };

    return words[loaded->library];
}

static const char *configuration_in_words(const struct survey *process)
{
    const struct loaded *loaded = &process->loaded;

    switch (loaded->in_force) {
    case IN_FORCE_FILE:
        return loaded->file;
    case IN_FORCE_BUILT_IN:
        return "built in";
    case IN_FORCE_NOT_READ:
        return "not read yet";
    case IN_FORCE_NO_RULES:
        return "no rules";
    case IN_FORCE_NOTHING:
        return "has an error, so no rules";
    case IN_FORCE_REFUSAL:
        return "has an error, so peers are refused";
    default:
        return NULL;
    }
}

static const char *note_on(const struct survey *process)
{
    if (process->is_hidden)
        return "not this user's to see";
    if (process->has_mistake)
        return "the configuration has an error: glusterd-srcaddr check";
    if (fault_of(process) == FAULT_LIBRARY)
        return "has rules, but not the library";
    if (process->has_changed)
        return "the configuration has changed since";
    return NULL;
}

static void add_process(struct table *table, const struct survey *process)
{
    const struct loaded *loaded = &process->loaded;
    struct cell pid = {""};
    struct cell written = {""};

    table_add(table,
              (const char *[]){number(&pid, process->running.pid), process_name(&process->running.process),
                               library_in_words(loaded), configuration_in_words(process),
                               loaded->in_force == IN_FORCE_FILE ? time_in_words(&written, loaded->modified) : NULL,
                               note_on(process)});
    if (fault_of(process) != FAULT_NONE)
        table_color(table, LIBRARY, "red");
}

static void add_connection(struct table *table, const struct dialled *dialled)
{
    static const char *const verdicts[] = {[VERDICT_OK] = "ok", [VERDICT_WRONG] = "WRONG", [VERDICT_NONE] = NULL};
    const struct running *running = &dialled->process->running;
    const struct judged *judged = dialled->judged;
    const struct connection *connection = &judged->connection;
    struct cell pid = {""};
    struct cell peer = {""};
    struct cell port = {""};
    struct cell source = {""};

    table_add(table, (const char *[]){number(&pid, running->pid), process_name(&running->process),
                                      address(&peer, &connection->peer), number(&port, connection->port),
                                      connection->established ? "established" : "connecting",
                                      address(&source, &connection->source),
                                      judged->has_wanted ? judged->wanted.data : NULL, verdicts[dialled->verdict]});
    if (dialled->verdict != VERDICT_NONE)
        table_color(table, VERDICT, dialled->verdict == VERDICT_WRONG ? "red" : "green");
}

/* All names of the peer, to be given to free(3). */
static char *join_names(const struct peer *peer)
{
    char *joined = needed(strdup(""));

    for (size_t i = 0; i < peer->name_count; i++) {
        char *longer = formatted("%s%s%s", joined, i > 0 ? ", " : "", peer->names[i].value);

        free(joined);
        joined = longer;
    }
    return joined;
}

static void add_peer(struct table *table, const struct seen_peer *seen)
{
    static const char *const words[] = {[CONNECTED_NO] = "no", [CONNECTED_YES] = "yes", [CONNECTED_UNKNOWN] = NULL};
    char *names = join_names(seen->peer);

    table_add(table, (const char *[]){seen->peer->uuid, names, seen->peer->state, words[seen->connected]});
    table_color(table, PEER_STATE, seen->is_in_cluster ? "green" : "red");
    if (seen->connected != CONNECTED_UNKNOWN)
        table_color(table, CONNECTED, seen->connected == CONNECTED_YES ? "green" : "red");
    free(names);
}

static struct table *processes_of(const struct look *look, bool only_wrong)
{
    struct table *table = table_new("processes", process_columns, sizeof(process_columns) / sizeof(process_columns[0]));

    for (size_t i = 0; i < look->process_count; i++)
        if (!only_wrong || fault_of(look->processes[i]) != FAULT_NONE)
            add_process(table, look->processes[i]);
    return table;
}

static struct table *connections_of(const struct look *look, bool only_wrong)
{
    struct table *table =
        table_new("connections", connection_columns, sizeof(connection_columns) / sizeof(connection_columns[0]));

    for (size_t i = 0; i < look->connection_count; i++)
        if (!only_wrong || look->connections[i].verdict == VERDICT_WRONG)
            add_connection(table, &look->connections[i]);
    return table;
}

static struct table *peers_of(const struct look *look, bool only_wrong)
{
    struct table *table = table_new("peers", peer_columns, sizeof(peer_columns) / sizeof(peer_columns[0]));

    for (size_t i = 0; i < look->peer_count; i++)
        if (!only_wrong || peer_is_wrong(&look->peers[i]))
            add_peer(table, &look->peers[i]);
    return table;
}

/* Below the tables, of which there can be none. */
static void print_summary(const struct look *look, bool has_rows)
{
    size_t unjudged = look_count_verdicts(look, VERDICT_NONE);

    if (look->connection_count == 0)
        return;
    printf("%s%zu connection%s, %zu wrong", has_rows ? "\n" : "", look->connection_count,
           look->connection_count == 1 ? "" : "s", look_count_verdicts(look, VERDICT_WRONG));
    if (unjudged > 0)
        printf(", %zu without a verdict", unjudged);
    fputc('\n', stdout);
}

/* What is missing in the tables, and why. */
static void print_what_is_missing(const struct look *look)
{
    fflush(stdout);
    if (look->sees_own_only)
        fprintf(stderr, "/proc shows this user no processes but its own; root sees all.\n");
    else if (look->process_count == 0)
        fprintf(stderr, "No process of GlusterFS runs here, and none with the library.\n");
    if (look->hidden > 0)
        fprintf(stderr, "%zu of %zu processes are not this user's to look into; root sees all.\n", look->hidden,
                look->process_count);
    if (look->store_is_hidden)
        fprintf(stderr, "The peers that glusterd has stored are not this user's to read; root sees them.\n");
}

void look_print_tables(const struct look *look, bool json, bool only_wrong)
{
    struct table *tables[] = {processes_of(look, only_wrong), connections_of(look, only_wrong),
                              peers_of(look, only_wrong)};
    bool has_rows = table_rows(tables[0]) + table_rows(tables[1]) + table_rows(tables[2]) > 0;

    tables_print(tables, 3, json);
    if (!json)
        print_summary(look, has_rows);
    print_what_is_missing(look);
    for (size_t i = 0; i < 3; i++)
        table_free(tables[i]);
}
