#include "status/plugin.h"

#include <stdio.h>
#include <stdlib.h>

#include "status/ownconfig.h"
#include "terminal/command.h"

/* Worst last. What is unknown may be critical, so it is worse than a warning. */
enum state { STATE_OK, STATE_WARNING, STATE_UNKNOWN, STATE_CRITICAL };

static const struct {
    const char *word;
    int exit_status;
    const char *thresholds; /* of what is counted, in the performance data */
} states[] = {
    [STATE_OK] = {"OK", 0, ";;;0"},
    [STATE_WARNING] = {"WARNING", 1, ";0;;0"},
    [STATE_UNKNOWN] = {"UNKNOWN", 3, ";;;0"},
    [STATE_CRITICAL] = {"CRITICAL", 2, ";;0;0"},
};

/* What is counted, and what it means if the count is not 0. */
struct finding {
    size_t count;
    const char *one;   /* printed after the count */
    const char *many;  /* NULL: one is printed without a count */
    const char *label; /* in the performance data; NULL: left out */
    enum state state;
    bool is_short; /* not everything could be read */
};

static void print_label(const struct finding *finding)
{
    const char *thresholds = states[finding->state].thresholds;

    if (finding->label == NULL)
        return;
    if (finding->is_short)
        printf(" %s=U%s", finding->label, thresholds);
    else
        printf(" %s=%zu%s", finding->label, finding->count, thresholds);
}

static void print_words(const struct finding *finding, const char *separator)
{
    if (finding->many == NULL)
        printf("%s%s", separator, finding->one);
    else
        printf("%s%zu %s", separator, finding->count, finding->count == 1 ? finding->one : finding->many);
}

/* Prints one line: what is wrong, the worst first; or, if nothing is, how much was checked. */
static int print_findings(const struct finding *findings, size_t count)
{
    enum state worst = STATE_OK;
    const char *separator = ": ";

    for (size_t i = 0; i < count; i++)
        if (findings[i].count > 0 && findings[i].state > worst)
            worst = findings[i].state;
    printf("SRCADDR %s", states[worst].word);
    for (size_t i = 0; i < count; i++) {
        bool is_told =
            worst == STATE_OK ? findings[i].state == STATE_OK : findings[i].state != STATE_OK && findings[i].count > 0;

        if (!is_told)
            continue;
        print_words(&findings[i], separator);
        separator = ", ";
    }
    fputs(" |", stdout);
    for (size_t i = 0; i < count; i++)
        print_label(&findings[i]);
    fputc('\n', stdout);
    return states[worst].exit_status;
}

int plugin_print(const struct snapshot *snapshot)
{
    struct own_configuration configuration = own_configuration();
    bool hides_processes = !snapshot_is_complete(snapshot);
    bool hides_peers = snapshot->store_is_hidden || snapshot->glusterd_is_hidden;
    bool is_unchecked = configuration.is_hidden || configuration.has_error;
    bool is_empty = snapshot->process_count + snapshot->peer_count == 0 && !hides_peers && !hides_processes;
    const struct finding findings[] = {
        {snapshot->verdicts[VERDICT_WRONG], "connection from a wrong source", "connections from a wrong source",
         "connections_wrong", STATE_CRITICAL, hides_processes},
        {snapshot->faults[FAULT_LIBRARY], "process with rules but no library", "processes with rules but no library",
         "processes_without_library", STATE_CRITICAL, hides_processes},
        {snapshot->faults[FAULT_CONFIGURATION], "process with an error in its configuration",
         "processes with an error in their configuration", "processes_with_error", STATE_CRITICAL, hides_processes},
        {configuration.has_error && !configuration.is_hidden ? 1 : 0, "an error in this host's configuration", NULL,
         "configuration_error", STATE_CRITICAL, configuration.is_hidden},
        {snapshot->peer_faults[PEER_OUTSIDE], "peer not in the cluster", "peers not in the cluster",
         "peers_not_in_cluster", STATE_CRITICAL, hides_peers},
        {snapshot->hidden, "process not readable by this user", "processes not readable by this user", NULL,
         STATE_UNKNOWN, false},
        {snapshot->sees_own_only ? 1 : 0, "processes of other users not visible", NULL, NULL, STATE_UNKNOWN, false},
        {snapshot->store_is_hidden ? 1 : 0, "peers of glusterd not readable", NULL, NULL, STATE_UNKNOWN, false},
        {configuration.is_hidden ? 1 : 0, "configuration not readable", NULL, NULL, STATE_UNKNOWN, false},
        {is_empty ? 1 : 0, "no GlusterFS process, and none with the library", NULL, NULL, STATE_UNKNOWN, false},
        {snapshot->peer_faults[PEER_DISCONNECTED], "peer not connected", "peers not connected", "peers_not_connected",
         STATE_WARNING, hides_peers},
        {configuration.warnings, "warning of glusterd-srcaddr check", "warnings of glusterd-srcaddr check",
         "check_warnings", STATE_WARNING, is_unchecked},
        {snapshot->process_count, "process", "processes", "processes", STATE_OK, snapshot->sees_own_only},
        {snapshot->connection_count, "connection", "connections", "connections", STATE_OK, hides_processes},
        {snapshot->peer_count, "peer", "peers", "peers", STATE_OK, hides_peers},
    };

    return print_findings(findings, sizeof(findings) / sizeof(findings[0]));
}

/* After a "|", and in a second line, only performance data is allowed. */
static void tell(const char *message)
{
    fputs("SRCADDR UNKNOWN: ", stdout);
    for (const char *at = message; *at != '\0'; at++)
        fputc(*at < ' ' || *at > '~' || *at == '|' ? '?' : *at, stdout);
    fputc('\n', stdout);
    fflush(stdout);
    exit(states[STATE_UNKNOWN].exit_status);
}

void plugin_begin(void)
{
    on_fatal(tell);
}
