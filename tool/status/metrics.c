#include "status/metrics.h"

#include <string.h>

#include "host/names.h"
#include "live/process.h"
#include "status/ownconfig.h"

#define PREFIX "glusterd_srcaddr_"

struct label {
    const char *name;
    const char *value;
};

/*
 * Escapes quotes and backslashes as the format requires. Bytes that are not printable ASCII become \xHH, as in the
 * library's log: a label must be UTF-8, or the collector drops the whole file.
 */
static void write_value(FILE *out, const char *value)
{
    for (const char *at = value; *at != '\0'; at++) {
        if (*at == '"')
            fputs("\\\"", out);
        else if (*at == '\\')
            fputs("\\\\", out);
        else if (*at >= ' ' && *at <= '~')
            fputc(*at, out);
        else
            fprintf(out, "\\\\x%02x", (unsigned char)*at);
    }
}

/* labels is NULL, or ends with an entry without a name. */
static void write_sample(FILE *out, const char *name, const struct label *labels, long long number)
{
    const char *separator = "{";

    fprintf(out, PREFIX "%s", name);
    for (; labels != NULL && labels->name != NULL; labels++) {
        fprintf(out, "%s%s=\"", separator, labels->name);
        write_value(out, labels->value);
        fputc('"', out);
        separator = ",";
    }
    fprintf(out, "%s %lld\n", separator[0] == ',' ? "}" : "", number);
}

/* All are gauges: nothing is counted over time. */
static void write_head(FILE *out, const char *name, const char *help)
{
    fprintf(out, "# HELP " PREFIX "%s %s\n# TYPE " PREFIX "%s gauge\n", name, help, name);
}

static void write_single(FILE *out, const char *name, const char *help, const struct label *labels, long long number)
{
    write_head(out, name, help);
    write_sample(out, name, labels, number);
}

/* How often each state occurs in the processes of one name and in their connections. */
enum {
    LIBRARIES = 0,
    FAULTS = LIBRARY_REPLACED + 1,
    VERDICTS = FAULTS + FAULT_LIBRARY + 1,
    STATES = VERDICTS + VERDICT_WRONG + 1
};
struct tally {
    bool is_running;
    bool is_short; /* not all of them can be inspected */
    long long counts[STATES];
};

static const struct metric {
    const char *name;
    const char *help;
    const char *label;
    struct {
        const char *value;
        size_t state; /* index into the counts of a tally */
    } states[4];
} by_process[] = {
    {"processes",
     "Processes of GlusterFS, and others that have the library, by the state of the library in them.",
     "library",
     {{"loaded", LIBRARIES + LIBRARY_LOADED},
      {"replaced", LIBRARIES + LIBRARY_REPLACED},
      {"not_preloaded", LIBRARIES + LIBRARY_ABSENT},
      {"unknown", LIBRARIES + LIBRARY_UNKNOWN}}},
    {"processes_wrong",
     "Processes that have rules but not the library, or a configuration with an error.",
     "reason",
     {{"library", FAULTS + FAULT_LIBRARY}, {"configuration", FAULTS + FAULT_CONFIGURATION}}},
    {"connections",
     "IPv6 connections that these processes have dialled, by the verdict on their source.",
     "verdict",
     {{"ok", VERDICTS + VERDICT_OK}, {"wrong", VERDICTS + VERDICT_WRONG}, {"unknown", VERDICTS + VERDICT_NONE}}},
};

/*
 * The process's name in labels, of a closed set: any user can start a process of any name with the library, and must
 * not choose how many series Prometheus has to keep.
 */
static const char *name_of(const struct survey *process)
{
    const char *name = process_name(&process->running.process);

    if (strncmp(name, "fuse.", 5) == 0)
        return "fuse";
    for (size_t i = 0; known_name(i) != NULL; i++)
        if (name[0] != '\0' && strcmp(known_name(i), name) == 0)
            return name;
    return "other";
}

/* The tally of the processes of that name. */
static struct tally count_states(const struct snapshot *snapshot, const char *name)
{
    struct tally tally = {.is_running = false};

    for (size_t i = 0; i < snapshot->process_count; i++) {
        const struct survey *process = snapshot->processes[i];

        if (strcmp(name_of(process), name) != 0)
            continue;
        tally.is_running = true;
        tally.is_short = tally.is_short || process->is_hidden;
        tally.counts[LIBRARIES + process->loaded.library]++;
        tally.counts[FAULTS + fault_of(process)]++;
        for (size_t j = 0; j < process->connection_count; j++)
            tally.counts[VERDICTS + process->connections[j].verdict]++;
    }
    return tally;
}

/* A zero is known only if all processes were inspected. That a process exists is known without inspecting it. */
static bool is_known(const struct snapshot *snapshot, const struct tally *tally, size_t state)
{
    return tally->counts[state] > 0 || (!snapshot->sees_own_only && (!tally->is_short || state < FAULTS));
}

/* For a name that has a process, and for glusterd, which should have one. */
static void write_states(FILE *out, const struct metric *metric, const struct snapshot *snapshot, const char *name)
{
    struct tally tally = count_states(snapshot, name);

    if (!tally.is_running && strcmp(name, "glusterd") != 0)
        return;
    for (size_t i = 0; i < 4 && metric->states[i].value != NULL; i++) {
        const struct label labels[] = {{"process", name}, {metric->label, metric->states[i].value}, {NULL, NULL}};
        size_t state = metric->states[i].state;

        if (is_known(snapshot, &tally, state))
            write_sample(out, metric->name, labels, tally.counts[state]);
    }
}

static void write_metric(FILE *out, const struct metric *metric, const struct snapshot *snapshot)
{
    write_head(out, metric->name, metric->help);
    for (size_t i = 0; known_name(i) != NULL; i++)
        if (known_name(i)[0] != '\0')
            write_states(out, metric, snapshot, known_name(i));
    write_states(out, metric, snapshot, "other");
}

static void write_peers_in(FILE *out, const struct snapshot *snapshot, const char *state)
{
    static const char *const words[] = {
        [CONNECTED_NO] = "no", [CONNECTED_YES] = "yes", [CONNECTED_UNKNOWN] = "unknown"};
    long long counts[CONNECTED_UNKNOWN + 1] = {0};

    for (size_t i = 0; i < snapshot->peer_count; i++)
        if (strcmp(snapshot->peers[i].peer->state, state) == 0)
            counts[snapshot->peers[i].connected]++;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        write_sample(out, "peers", (struct label[]){{"state", state}, {"connected", words[i]}, {NULL, NULL}},
                     counts[i]);
}

/* Whether an earlier peer is in the same state. */
static bool is_repeated(const struct snapshot *snapshot, size_t peer)
{
    for (size_t i = 0; i < peer; i++)
        if (strcmp(snapshot->peers[i].peer->state, snapshot->peers[peer].peer->state) == 0)
            return true;
    return false;
}

/* The state that peers should be in, then the others that occur. */
static void write_peers(FILE *out, const struct snapshot *snapshot)
{
    if (snapshot->store_is_hidden && snapshot->peer_count == 0)
        return;
    write_head(out, "peers", "Peers in glusterd's store, by their state and whether glusterd is connected to them.");
    write_peers_in(out, snapshot, PEER_IN_CLUSTER);
    for (size_t i = 0; i < snapshot->peer_count; i++)
        if (snapshot->peers[i].fault == PEER_OUTSIDE && !is_repeated(snapshot, i))
            write_peers_in(out, snapshot, snapshot->peers[i].peer->state);
}

static void write_configuration(FILE *out, const struct own_configuration *configuration)
{
    const struct label labels[] = {{"file", configuration->path}, {NULL, NULL}};

    if (configuration->is_hidden)
        return;
    write_single(out, "configuration_error", "Whether this host's configuration has an error.", labels,
                 configuration->has_error ? 1 : 0);
    if (configuration->is_there)
        write_single(out, "configuration_modified_timestamp_seconds",
                     "When it was written, in seconds since 1970; absent while the built-in one is in force.", labels,
                     configuration->modified);
    if (!configuration->has_error)
        write_single(out, "check_warnings", "Warnings of glusterd-srcaddr check; absent after an error.", NULL,
                     configuration->warnings);
}

static void write_complete(FILE *out, const struct snapshot *snapshot, const struct own_configuration *configuration)
{
    static const char name[] = "complete";
    const struct {
        const char *part;
        bool is_complete;
    } parts[] = {
        {"processes", snapshot_is_complete(snapshot)},
        {"peers", !snapshot->store_is_hidden && !snapshot->glusterd_is_hidden},
        {"configuration", !configuration->is_hidden},
    };

    write_head(out, name, "Whether all of this part could be read; if not, its numbers are too small or absent.");
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        write_sample(out, name, (struct label[]){{"part", parts[i].part}, {NULL, NULL}}, parts[i].is_complete ? 1 : 0);
}

void metrics_write(FILE *out, const struct snapshot *snapshot)
{
    struct own_configuration configuration = own_configuration();

    write_single(out, "build_info", "The version of glusterd-srcaddr; always 1.",
                 (struct label[]){{"version", VERSION}, {NULL, NULL}}, 1);
    write_single(out, "status_timestamp_seconds", "When the processes and peers were read, in seconds since 1970.",
                 NULL, snapshot->time);
    write_complete(out, snapshot, &configuration);
    for (size_t i = 0; i < sizeof(by_process) / sizeof(by_process[0]); i++)
        write_metric(out, &by_process[i], snapshot);
    write_peers(out, snapshot);
    write_configuration(out, &configuration);
    fputs("# EOF\n", out); /* OpenMetrics requires it; to others it is a comment */
}
