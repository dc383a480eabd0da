/* glusterd-srcaddr status: what GlusterFS's processes do on the wire, and what they should. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "glusterd.h"
#include "listener.h"
#include "peers.h"
#include "processes.h"
#include "resolve.h"
#include "survey.h"
#include "table.h"

static const struct option options[] = {{"wrong", no_argument, NULL, 'x'},
                                        {"watch", no_argument, NULL, 'w'},
                                        {"json", no_argument, NULL, 'j'},
                                        {"help", no_argument, NULL, 'h'},
                                        {NULL, 0, NULL, 0}};

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

/* What the command was called with. */
struct request {
    bool json;
    bool only_wrong;
};

struct dialled {
    pid_t pid;
    char *process;
    struct judged judged;
    bool has_verdict;
};

/* The three tables of one look, and what came of it. */
struct status {
    struct table *processes;
    struct table *connections;
    struct table *peers;
    bool only_wrong;         /* in the tables */
    struct dialled *dialled; /* by all processes */
    size_t dialled_count;
    size_t wrong;         /* of these */
    size_t unjudged;      /* of these */
    size_t process_count; /* those in no table as well */
    size_t hidden;        /* processes that this user may not look into */
    bool is_wrong;        /* something is */
    bool has_store;       /* a running glusterd's was read */
    bool glusterd_is_hidden;
    bool store_is_hidden;
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

static const char *configuration_in_words(const struct survey *survey)
{
    const struct loaded *loaded = &survey->loaded;

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

static const char *note_on(const struct survey *survey)
{
    if (survey->is_hidden)
        return "not this user's to see";
    if (survey->has_mistake)
        return "the configuration has an error: glusterd-srcaddr check";
    if (survey->has_section && survey->loaded.library == LIBRARY_ABSENT)
        return "has rules, but not the library";
    if (survey->has_changed)
        return "the configuration has changed since";
    return NULL;
}

static void add_process(struct status *status, const struct survey *survey)
{
    const struct loaded *loaded = &survey->loaded;
    struct cell pid = {""};
    struct cell written = {""};
    bool is_wrong = survey->has_mistake || loaded->in_force == IN_FORCE_NOTHING ||
                    loaded->in_force == IN_FORCE_REFUSAL || (survey->has_section && loaded->library == LIBRARY_ABSENT);

    status->process_count++;
    status->hidden += survey->is_hidden ? 1 : 0;
    status->is_wrong = status->is_wrong || is_wrong;
    if (status->only_wrong && !is_wrong)
        return;
    table_add(status->processes,
              (const char *[]){number(&pid, survey->running.pid), process_name(&survey->running.process),
                               library_in_words(loaded), configuration_in_words(survey),
                               loaded->in_force == IN_FORCE_FILE ? time_in_words(&written, loaded->modified) : NULL,
                               note_on(survey)});
    if (is_wrong)
        table_color(status->processes, LIBRARY, "red");
}

static void keep_connections(struct status *status, const struct survey *survey)
{
    size_t count = status->dialled_count + survey->connection_count;

    status->dialled = needed(reallocarray(status->dialled, count + 1, sizeof(*status->dialled)));
    for (size_t i = 0; i < survey->connection_count; i++)
        status->dialled[status->dialled_count++] =
            (struct dialled){.pid = survey->running.pid,
                             .process = needed(strdup(process_name(&survey->running.process))),
                             .judged = survey->connections[i],
                             .has_verdict = !survey->is_hidden && !survey->has_mistake};
}

/* By the process's name and number, then by the peer. */
static int compare_dialled(const void *a, const void *b)
{
    const struct dialled *first = a;
    const struct dialled *second = b;
    const struct connection *left = &first->judged.connection;
    const struct connection *right = &second->judged.connection;
    int order = strcmp(first->process, second->process);

    if (order == 0)
        order = (first->pid > second->pid) - (first->pid < second->pid);
    if (order == 0)
        order = memcmp(&left->peer, &right->peer, sizeof(left->peer));
    if (order == 0)
        order = (left->port > right->port) - (left->port < right->port);
    return order != 0 ? order : memcmp(&left->source, &right->source, sizeof(left->source));
}

static void add_connection(struct status *status, const struct dialled *dialled)
{
    const struct judged *judged = &dialled->judged;
    const struct connection *connection = &judged->connection;
    struct cell pid = {""};
    struct cell peer = {""};
    struct cell port = {""};
    struct cell source = {""};
    const char *verdict = !dialled->has_verdict ? NULL : judged->is_wrong ? "WRONG" : "ok";

    status->wrong += judged->is_wrong ? 1 : 0;
    status->unjudged += dialled->has_verdict ? 0 : 1;
    status->is_wrong = status->is_wrong || judged->is_wrong;
    if (status->only_wrong && !judged->is_wrong)
        return;
    table_add(status->connections,
              (const char *[]){number(&pid, dialled->pid), dialled->process, address(&peer, &connection->peer),
                               number(&port, connection->port), connection->established ? "established" : "connecting",
                               address(&source, &connection->source), judged->has_wanted ? judged->wanted.data : NULL,
                               verdict});
    if (verdict != NULL)
        table_color(status->connections, VERDICT, judged->is_wrong ? "red" : "green");
}

static void add_connections(struct status *status)
{
    if (status->dialled_count > 0)
        qsort(status->dialled, status->dialled_count, sizeof(*status->dialled), compare_dialled);
    for (size_t i = 0; i < status->dialled_count; i++) {
        add_connection(status, &status->dialled[i]);
        free(status->dialled[i].process);
    }
    free(status->dialled);
}

/* Whether glusterd, NULL if it does not run, is connected to the glusterd at that address. */
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
 * Whether glusterd, if it runs, has dialled an address of the peer with success: 1 or 0; or -1 if no name resolves, or
 * the peer can be connected over IPv4, which is not looked at.
 */
static int is_connected(const struct survey *glusterd, const struct peer *peer)
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
            return 1;
        is_unknown = is_unknown && count == 0;
    }
    return is_unknown || (has_ipv4 && glusterd != NULL) ? -1 : 0;
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

static void add_peer(struct status *status, const struct survey *glusterd, const struct peer *peer)
{
    static const char in_cluster[] = "Peer in Cluster";
    int connected = status->glusterd_is_hidden ? -1 : is_connected(glusterd, peer);
    bool is_in_cluster = strcmp(peer->state, in_cluster) == 0;
    bool is_wrong = !is_in_cluster || connected == 0;
    char *names;

    status->is_wrong = status->is_wrong || is_wrong;
    if (status->only_wrong && !is_wrong)
        return;
    names = join_names(peer);
    table_add(status->peers, (const char *[]){peer->uuid, names, peer->state,
                                              connected < 0   ? NULL
                                              : connected > 0 ? "yes"
                                                              : "no"});
    table_color(status->peers, PEER_STATE, is_in_cluster ? "green" : "red");
    if (connected >= 0)
        table_color(status->peers, CONNECTED, connected > 0 ? "green" : "red");
    free(names);
}

static void add_store(struct status *status, const struct survey *glusterd, const struct peers *peers, int error)
{
    for (size_t i = 0; i < peers->count; i++)
        add_peer(status, glusterd, &peers->all[i]);
    status->has_store = true;
    status->store_is_hidden = status->store_is_hidden || (error != 0 && error != ENOENT);
}

/* Of this host, where no glusterd runs. */
static void add_own_store(struct status *status)
{
    char *directory = own_working_directory();
    struct peers peers;
    int error = peers_read(directory, &peers);

    add_store(status, NULL, &peers, error);
    peers_free(&peers);
    free(directory);
}

static void add_survey(struct status *status, const struct survey *survey)
{
    add_process(status, survey);
    keep_connections(status, survey);
    if (survey->is_glusterd && survey->is_hidden)
        status->glusterd_is_hidden = true;
    else if (survey->is_glusterd)
        add_store(status, survey, &survey->peers, survey->peers_error);
}

static void look(struct status *status)
{
    size_t count;
    struct running *all = running_all(&count);

    for (size_t i = 0; i < count; i++) {
        struct survey *survey = needed(calloc(1, sizeof(*survey)));

        if (survey_process(&all[i], survey)) {
            add_survey(status, survey);
            survey_free(survey);
        }
        free(survey);
    }
    add_connections(status);
    if (!status->has_store)
        add_own_store(status);
    connections_forget();
    free(all);
}

/* Below the tables, of which there can be none. */
static void print_summary(const struct status *status)
{
    bool has_tables = table_rows(status->processes) + table_rows(status->connections) + table_rows(status->peers) > 0;

    if (status->dialled_count == 0)
        return;
    printf("%s%zu connection%s, %zu wrong", has_tables ? "\n" : "", status->dialled_count,
           status->dialled_count == 1 ? "" : "s", status->wrong);
    if (status->unjudged > 0)
        printf(", %zu without a verdict", status->unjudged);
    fputc('\n', stdout);
}

/* What is missing in the tables, and why. */
static void print_what_is_missing(const struct status *status)
{
    fflush(stdout);
    if (status->process_count == 0)
        fprintf(stderr, "No process of GlusterFS runs here, and none with the library.\n");
    if (status->hidden > 0)
        fprintf(stderr, "%zu of %zu processes are not this user's to look into; root sees all.\n", status->hidden,
                status->process_count);
    if (status->store_is_hidden)
        fprintf(stderr, "The peers that glusterd has stored are not this user's to read; root sees them.\n");
}

/* One look, printed. Returns the exit status for it. */
static int print_status(const struct request *request)
{
    struct status status = {
        .processes = table_new("processes", process_columns, sizeof(process_columns) / sizeof(process_columns[0])),
        .connections =
            table_new("connections", connection_columns, sizeof(connection_columns) / sizeof(connection_columns[0])),
        .peers = table_new("peers", peer_columns, sizeof(peer_columns) / sizeof(peer_columns[0])),
        .only_wrong = request->only_wrong,
    };
    struct table *tables[] = {status.processes, status.connections, status.peers};

    look(&status);
    tables_print(tables, 3, request->json);
    if (!request->json)
        print_summary(&status);
    print_what_is_missing(&status);
    for (size_t i = 0; i < 3; i++)
        table_free(tables[i]);
    return status.is_wrong ? STATUS_WRONG : STATUS_WELL;
}

/* Every second, on a terminal in place of the look before, until a signal ends it. */
static void watch(const struct request *request)
{
    bool is_terminal = !request->json && isatty(STDOUT_FILENO);

    for (;;) {
        if (is_terminal)
            fputs("\033[H\033[J", stdout);
        print_status(request);
        if (!is_terminal && !request->json)
            fputc('\n', stdout);
        if (fflush(stdout) != 0)
            trouble("found no way to write the output: %m");
        sleep(1);
    }
}

static int run_status(const struct command *command, int argc, char **argv)
{
    struct request request = {.json = false};
    bool is_watch = false;

    for (int option = next_option(command, argc, argv, options); option != -1;
         option = next_option(command, argc, argv, options)) {
        if (option == 'x')
            request.only_wrong = true;
        else if (option == 'w')
            is_watch = true;
        else
            request.json = true;
    }
    if (optind < argc)
        usage_error(command, "found argument %s; it takes none", argv[optind]);
    if (is_watch)
        watch(&request);
    return print_status(&request);
}

const struct command status_command = {
    .name = "status",
    .arguments = "[--wrong] [--watch] [--json]",
    .summary = "Show GlusterFS's processes, their connections and peers, and what is wrong with them",
    .options = "  --wrong              Show only what is wrong\n"
               "  --watch              Look again every second\n"
               "  --json               Print it as JSON\n",
    .run = run_status,
};
