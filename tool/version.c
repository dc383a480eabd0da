#include "terminal/command.h"

#include <stdio.h>

static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};

static int run_version(const struct command *command, int argc, char **argv)
{
    next_option(command, argc, argv, options);
    end_arguments(command, argv[optind]);
    printf("glusterd-srcaddr %s\n", VERSION);
    return STATUS_OK;
}

const struct command version_command = {
    .name = "version",
    .arguments = "",
    .summary = "Print the version",
    .options = "",
    .run = run_version,
};
