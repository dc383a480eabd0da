/* glusterd-srcaddr status: what GlusterFS's processes do on the wire, and what they should do. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/snapshot.h"
#include "status/metrics.h"
#include "status/ownconfig.h"
#include "status/plugin.h"
#include "status/tables.h"
#include "terminal/command.h"
#include "terminal/output.h"

static const struct option options[] = {{"wrong", no_argument, NULL, 'x'},        {"watch", no_argument, NULL, 'w'},
                                        {"json", no_argument, NULL, 'j'},         {"metrics", no_argument, NULL, 'm'},
                                        {"output", required_argument, NULL, 'o'}, {"check", no_argument, NULL, 'c'},
                                        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0}};

struct request {
    bool json;
    bool metrics;
    bool check;
    bool only_wrong;
    bool watch;
    const char *output; /* a file for the metrics; NULL: standard output */
};

static void print_metrics(const struct snapshot *snapshot, const char *file)
{
    struct own_configuration configuration;
    char *text = NULL;
    size_t len = 0;
    FILE *out = file != NULL ? open_memstream(&text, &len) : stdout;

    if (out == NULL)
        fatal("out of memory");
    own_configuration_check(&configuration);
    metrics_write(out, snapshot, &configuration);
    own_configuration_free(&configuration);
    if (file == NULL)
        return;
    if (fclose(out) != 0)
        fatal("out of memory");
    output_file(file, text, len);
    free(text);
}

static int print_check(const struct snapshot *snapshot)
{
    struct own_configuration configuration;
    int status;

    own_configuration_check(&configuration);
    status = plugin_print(snapshot, &configuration);
    own_configuration_free(&configuration);
    return status;
}

/* Takes and prints one snapshot. Returns the exit status. */
static int print_status(const struct request *request)
{
    struct snapshot snapshot;
    int status;

    snapshot_take(&snapshot);
    status = snapshot_is_wrong(&snapshot) ? STATUS_WRONG : STATUS_OK;
    if (request->check)
        status = print_check(&snapshot);
    else if (request->metrics)
        print_metrics(&snapshot, request->output);
    else
        snapshot_print_tables(&snapshot, request->json, request->only_wrong);
    snapshot_free(&snapshot);
    return status;
}

/* Prints a snapshot every second until a signal ends it; on a terminal, each replaces the one before. */
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
            fatal("cannot write the output: %m");
        sleep(1);
    }
}

static void set_option(struct request *request, int option)
{
    switch (option) {
    case 'x':
        request->only_wrong = true;
        break;
    case 'w':
        request->watch = true;
        break;
    case 'j':
        request->json = true;
        break;
    case 'm':
        request->metrics = true;
        break;
    case 'o':
        request->output = optarg;
        break;
    default:
        request->check = true;
        break;
    }
}

static void refuse_nonsense(const struct command *command, const struct request *request)
{
    if (request->json + request->metrics + request->check > 1)
        usage_error(command, "--json, --metrics and --check cannot be combined");
    if ((request->only_wrong || request->watch) && (request->metrics || request->check))
        usage_error(command, "%s cannot be combined with %s", request->watch ? "--watch" : "--wrong",
                    request->metrics ? "--metrics" : "--check");
    if (request->output != NULL && !request->metrics)
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
    struct request request = {.json = false};

    if (is_plugin(argc, argv))
        plugin_begin();
    for (int option = next_option(command, argc, argv, options); option != -1;
         option = next_option(command, argc, argv, options))
        set_option(&request, option);
    end_arguments(command, argv[optind]);
    refuse_nonsense(command, &request);
    if (request.watch)
        watch(&request);
    return print_status(&request);
}

const struct command status_command = {
    .name = "status",
    .arguments = "[[--wrong] [--watch] [--json] | --metrics [--output FILE] | --check]",
    .summary = "Show GlusterFS's processes, connections and peers, and what is wrong with them",
    .options = "  --wrong              Show only what is wrong\n"
               "  --watch              Repeat every second\n"
               "  --json               Print JSON\n"
               "  --metrics            Print metrics for Prometheus\n"
               "  --output FILE        Write the metrics to FILE, atomically\n"
               "  --check              Act as a plugin of Nagios or Icinga: one line and its exit status\n",
    .run = run_status,
};
