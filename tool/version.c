#include "terminal/command.h"

#include <stdio.h>

static int run_version(const struct command *command, int argc, char **argv)
{
    end_arguments(command, parse_options(command, argc, argv, NULL)[0]);
    printf("glusterd-srcaddr %s\n", VERSION);
    return STATUS_OK;
}

const struct command version_command = {
    .name = "version",
    .arguments = "",
    .summary = "Print the version",
    .run = run_version,
};
