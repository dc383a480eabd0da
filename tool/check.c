/* glusterd-srcaddr check: what the configuration means on this host, and what in it can't be intended. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "judge/inspect.h"
#include "terminal/command.h"
#include "terminal/report.h"

enum { WAIT, JSON };

static void print_summary(const struct inspection *inspection)
{
    const struct config *config = &inspection->load.config;
    uint32_t rules = 0;
    unsigned int warnings = report_count(SEVERITY_WARNING);

    for (uint32_t i = 0; i < config->section_count; i++)
        rules += config->sections[i].rules.count;
    printf("%s: %s%" PRIu32 " section%s, %" PRIu32 " rule%s, %zu source%s, %u warning%s\n", inspection->load.path,
           inspection->load.built_in ? "does not exist, built-in configuration in force: " : "", config->section_count,
           config->section_count == 1 ? "" : "s", rules, rules == 1 ? "" : "s", inspection->sources.count,
           inspection->sources.count == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
}

static void print_what_is_missing(const struct inspection *inspection)
{
    if (inspection->peers_error != 0 && inspection->peers_error != ENOENT)
        fprintf(stderr, "%s/peers: cannot read all of it: %s\n", inspection->working_directory,
                strerror(inspection->peers_error));
}

static unsigned int seconds_of(const struct command *command, const char *value)
{
    int64_t seconds = word_number(word_of(value), 10, 86400);

    if (seconds < 0)
        usage_error(command, "expected 0 to 86400 seconds for --wait, found %s", quoted(word_of(value)).data);
    return (unsigned int)seconds;
}

static int run_check(const struct command *command, int argc, char **argv)
{
    struct inspection inspection = {.wait = 0};
    const char *values[OPTIONS_MAX] = {NULL};
    char **arguments = parse_options(command, argc, argv, values);

    if (values[WAIT] != NULL)
        inspection.wait = seconds_of(command, values[WAIT]);
    inspection.file = arguments[0];
    if (inspection.file != NULL)
        end_arguments(command, arguments[1]);
    report_begin(values[JSON] != NULL ? REPORT_JSON : REPORT_TEXT);
    inspect(&inspection);
    print_what_is_missing(&inspection);
    report_end();
    if (report_count(SEVERITY_ERROR) == 0 && values[JSON] == NULL)
        print_summary(&inspection);
    inspection_free(&inspection);
    if (report_count(SEVERITY_ERROR) > 0)
        return STATUS_FATAL;
    return report_count(SEVERITY_WARNING) > 0 ? STATUS_WRONG : STATUS_OK;
}

const struct command check_command = {
    .name = "check",
    .arguments = "[--wait SECONDS] [--json] [FILE]",
    .summary = "Check the configuration and this host's sources",
    .options = {[WAIT] = {"wait", "SECONDS", "Wait up to SECONDS until every source is usable"},
                [JSON] = {"json", NULL, "Print the findings as JSON"}},
    .run = run_check,
};
