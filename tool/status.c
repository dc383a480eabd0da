/* glusterd-srcaddr status: what GlusterFS's processes do on the wire, and what they should do. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/snapshot.h"
#include "status/metrics.h"
#include "status/plugin.h"
#include "status/tables.h"
#include "terminal/command.h"
#include "terminal/replace.h"

enum { WRONG, WATCH, JSON, METRICS, OUTPUT, CHECK };

static void print_metrics(const struct snapshot *snapshot, const char *file)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = file != NULL ? open_memstream(&text, &len) : stdout;

    metrics_write(check_alloc(out), snapshot);
    if (file == NULL)
        return;
    if (fclose(out) != 0)
        fatal("out of memory");
    output_file(file, (struct word){.start = text, .len = len});
    free(text);
}

/* Takes and prints one snapshot. Returns the exit status. */
static int print_status(const char *const *values)
{
    struct snapshot snapshot;
    int status;

    snapshot_take(&snapshot);
    status = snapshot_is_wrong(&snapshot) ? STATUS_WRONG : STATUS_OK;
    if (values[CHECK] != NULL)
        status = plugin_print(&snapshot);
    else if (values[METRICS] != NULL)
        print_metrics(&snapshot, values[OUTPUT]);
    else
        snapshot_print_tables(&snapshot, values[JSON] != NULL, values[WRONG] != NULL);
    snapshot_free(&snapshot);
    return status;
}

/* Prints a snapshot every second until a signal ends it; on a terminal, each replaces the one before. */
static void watch(const char *const *values)
{
    bool json = values[JSON] != NULL;
    bool is_terminal = !json && isatty(STDOUT_FILENO);

    for (;;) {
        if (is_terminal)
            fputs("\033[H\033[J", stdout);
        print_status(values);
        if (!is_terminal && !json)
            fputc('\n', stdout);
        if (fflush(stdout) != 0)
            fatal("cannot write the output: %m");
        sleep(1);
    }
}

static void refuse_nonsense(const struct command *command, const char *const *values)
{
    if ((values[JSON] != NULL) + (values[METRICS] != NULL) + (values[CHECK] != NULL) > 1)
        usage_error(command, "--json, --metrics and --check cannot be combined");
    if ((values[WRONG] != NULL || values[WATCH] != NULL) && (values[METRICS] != NULL || values[CHECK] != NULL))
        usage_error(command, "%s cannot be combined with %s", values[WATCH] != NULL ? "--watch" : "--wrong",
                    values[METRICS] != NULL ? "--metrics" : "--check");
    if (values[OUTPUT] != NULL && values[METRICS] == NULL)
        usage_error(command, "--output requires --metrics");
}

/* Called before the options are parsed, because an error in them must be reported as a plugin does. */
static bool is_plugin(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--check") == 0)
            return true;
    return false;
}

static int run_status(const struct command *command, int argc, char **argv)
{
    const char *values[OPTIONS_MAX] = {NULL};

    if (is_plugin(argc, argv))
        plugin_begin();
    end_arguments(command, parse_options(command, argc, argv, values)[0]);
    refuse_nonsense(command, values);
    if (values[WATCH] != NULL)
        watch(values);
    return print_status(values);
}

const struct command status_command = {
    .name = "status",
    .arguments = "[[--wrong] [--watch] [--json] | --metrics [--output FILE] | --check]",
    .summary = "Show GlusterFS's processes, connections and peers, and what is wrong with them",
    .options = {[WRONG] = {"wrong", NULL, "Show only what is wrong"},
                [WATCH] = {"watch", NULL, "Repeat every second"},
                [JSON] = {"json", NULL, "Print JSON"},
                [METRICS] = {"metrics", NULL, "Print metrics for Prometheus"},
                [OUTPUT] = {"output", "FILE", "Write the metrics to FILE, atomically"},
                [CHECK] = {"check", NULL, "Act as a plugin of Nagios or Icinga: one line and its exit status"}},
    .run = run_status,
};
